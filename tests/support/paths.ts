import { join } from "node:path";

/** The checkout, wherever the tests are started from. */
export const checkout = join(import.meta.dirname, "..", "..");

/** A file or directory of it. */
export const inCheckout = (path: string): string => join(checkout, path);
