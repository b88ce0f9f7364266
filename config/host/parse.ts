import { optional } from "../common/optional.ts";
import type { DockerHost, SshTrust } from "./model.ts";
import type { SshConfig } from "./schema.ts";

/** `unix://…` or `ssh://user@host[:port]`, as the schema has let it through. */
export function parseDockerHost(url: string): DockerHost {
  const match = /^ssh:\/\/([^@]+)@([^:]+)(?::(\d+))?$/.exec(url);
  if (match === null) return { kind: "local", url };
  return {
    kind: "ssh",
    url,
    user: match[1] ?? "",
    host: match[2] ?? "",
    port: Number(match[3] ?? 22),
  };
}

export function sshTrust({ hostKey, privateKeyFile }: SshConfig): SshTrust {
  return { hostKey, ...optional({ privateKeyFile }) };
}
