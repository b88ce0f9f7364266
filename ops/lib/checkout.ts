import { join } from "node:path";

/** The checkout's own directory, wherever a command was started. */
export const checkout = join(import.meta.dirname, "..", "..");
