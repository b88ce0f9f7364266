import { createHash } from "node:crypto";

/** LiteLLM's `mcp_servers` key of a connector; also its role on a sample server. */
export const serverNameOf = (id: string): string => `mcp_${id}`;

/** What LiteLLM 1.77.3 hashes to a server's id (docs/litellm-1.77.3.md#server-id). */
export interface ServerIdentity {
  readonly name: string;
  /** After resolution of `os.environ/`. */
  readonly url: string;
  readonly transport: "sse" | "http" | "stdio";
  readonly authType?: string;
  readonly alias?: string;
}

/**
 * The id under which LiteLLM 1.77.3 knows a server of its config file: 32 hex digits. Keys are
 * granted by this id and by nothing else: a grant by name matches nothing
 * (docs/litellm-1.77.3.md#grant-by-name).
 */
export function serverId(server: ServerIdentity): string {
  const identity = [
    server.name,
    server.url,
    server.transport,
    server.authType ?? "",
    server.alias ?? "",
  ];
  return createHash("sha256").update(identity.join("|")).digest("hex").slice(0, 32);
}
