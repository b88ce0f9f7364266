import { type Problem, setTo } from "../common/problem.ts";
import { type DirectoriesConfig, type SshConfig, exampleDockerHost } from "./schema.ts";

/** How the Docker host is reached, and where the gateway's files go there. */
export const dockerHostAndPaths = (config: {
  readonly dockerHost: string;
  readonly ssh?: SshConfig | undefined;
  readonly directories: DirectoriesConfig;
}): Problem[] => {
  const problems: Problem[] = [];
  const remote = config.dockerHost.startsWith("ssh://");
  if (remote && config.ssh === undefined)
    problems.push({
      path: ["ssh", "hostKey"],
      message: "an ssh:// Docker host needs its host key pinned",
      allowed: "the host's public key as `ssh-keyscan -t ed25519 HOST` prints it, without the name",
      fix: setTo(["ssh", "hostKey"], "ssh-ed25519 AAAA..."),
    });
  for (const name of ["config", "secrets"] as const)
    if (remote && !config.directories[name].startsWith("/"))
      problems.push({
        path: ["directories", name],
        message: "a directory on another host must be an absolute path",
        value: config.directories[name],
        allowed: "a path that starts with /",
        fix: setTo(["directories", name], `/home/administrator/mcp-gateway/${name}`),
      });
  const port = Number(/:(\d+)$/.exec(config.dockerHost)?.[1] ?? 22);
  if (remote && (port < 1 || port > 65535))
    problems.push({
      path: ["dockerHost"],
      message: "the SSH port is out of range",
      value: config.dockerHost,
      allowed: "1 to 65535",
      fix: setTo(["dockerHost"], exampleDockerHost),
    });
  return problems;
};
