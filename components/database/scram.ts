import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

const iterations = 4096;

/**
 * What a PostgreSQL server keeps of a password (RFC 5803, `SCRAM-SHA-256$…`), made here, so that
 * the password itself is in no statement that a shared server could log. The salt comes from the
 * password: a random one would be another statement on every run. That is safe for passwords
 * nobody can guess, as the gateway's are.
 */
export function scramVerifier(password: string): string {
  const salt = createHash("sha256").update(`mcp-gateway ${password}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const key = (word: string) => createHmac("sha256", salted).update(word).digest();
  const stored = createHash("sha256").update(key("Client Key")).digest("base64");
  const server = key("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`;
}
