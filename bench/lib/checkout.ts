import { join } from "node:path";

/** The checkout, wherever a benchmark is started from. */
export const checkout = join(import.meta.dirname, "..", "..");

/** A place for what a benchmark makes. */
export const scratch = (...path: string[]): string => join(checkout, ".lab", ...path);
