import { createHash } from "node:crypto";

/** What LiteLLM, the guard and the edge know a key by. */
export const keyHash = (text: string): string => createHash("sha256").update(text).digest("hex");
