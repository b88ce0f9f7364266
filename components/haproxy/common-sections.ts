import { haproxyHealthPort } from "../../config/common/names.ts";
import { type HostFile, contentHash } from "../host/files.ts";

/**
 * Asks Docker's own DNS again and again: a replaced container is found at its new address.
 * @param seconds for which an answer is good; that there is none, 2 at most
 */
export const resolvers = (name: string, seconds: number): readonly string[] => [
  `resolvers ${name}`,
  "  nameserver dns 127.0.0.11:53",
  "  resolve_retries 3",
  "  timeout resolve 1s",
  "  timeout retry 1s",
  `  hold valid ${seconds}s`,
  `  hold nx ${Math.min(seconds, 2)}s`,
  `  hold obsolete ${Math.min(seconds, 2)}s`,
];

/** Answers Docker's health check, and which configuration is in force. */
export const healthFrontend: readonly string[] = [
  "frontend health",
  `  bind 127.0.0.1:${haproxyHealthPort}`,
  "  no log",
  "  monitor-uri /",
  "  http-request return status 200 content-type text/plain file version if { path /version }",
];

/** Sections as one file. */
export function haproxyText(sections: readonly (readonly string[])[]): string {
  return sections.map((section) => `${section.join("\n")}\n`).join("\n");
}

/** The files and, beside them, `version`: served on the loopback, it tells when a reload is done. */
export function versioned(files: readonly HostFile[]): HostFile[] {
  return [...files, { name: "version", content: contentHash(files) }];
}

/** A body as API clients expect it, as one argument of HAProxy's, which an apostrophe would end. */
export const json = (message: string): string =>
  `'{"error":{"message":"${message.replaceAll("'", String.raw`\u0027`)}","type":"mcp_gateway"}}'`;
