import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { SshHost, SshTrust } from "../../config/host/model.ts";

/** A UNIX socket's path has 107 characters, and ssh adds 17 while it makes one. */
const longestSocket = 90;

/**
 * Where this machine keeps how to reach `host`, relative to the project. Commands and the Docker
 * provider are given this path and nothing else, so that another key, or another host key, is no
 * change of any resource: with the key as an input, pulumi-command runs every command again.
 */
function sshDirectory(host: SshHost): string {
  const port = host.port === 22 ? "" : `:${host.port}`;
  return join(".gateway", "ssh", `${host.user}@${host.host}${port}`);
}

/** What stands behind `ssh`, before the options of one call and the host's name. */
export function sshOptions(host: SshHost): string[] {
  return ["-F", join(sshDirectory(host), "config")];
}

/** Text of the `ssh_config` of one host; its own lines stand before the user's and so win. */
export function sshConfig(host: SshHost, trust: SshTrust, root: string): string {
  const directory = sshDirectory(host);
  const quoted = (path: string): string => `"${resolve(root, path)}"`;
  const socket = join(directory, "mux");
  const lines = [
    // Whatever name, port or jump host leads there: it is this key, or nobody.
    "StrictHostKeyChecking yes",
    "HostKeyAlias mcp-gateway",
    `UserKnownHostsFile ${quoted(join(directory, "known_hosts"))}`,
    "GlobalKnownHostsFile /dev/null",
    "UpdateHostKeys no",
    "BatchMode yes",
    `Port ${host.port}`,
    `User ${host.user}`,
    "ConnectTimeout 5",
    // A connection that has silently gone is noticed after 15 s.
    "ServerAliveInterval 5",
    "ServerAliveCountMax 3",
    // One connection for all commands of a run; sshd refuses more than ten half-open ones.
    ...(socket.length > longestSocket
      ? []
      : ["ControlMaster auto", "ControlPersist 20", `ControlPath ${socket}`]),
    // With an agent full of keys the server hangs up before the right one's turn.
    ...(trust.privateKeyFile === undefined
      ? []
      : ["IdentitiesOnly yes", `IdentityFile ${quoted(join(directory, "identity"))}`]),
  ];
  return `# Written by every preview and up from the stack's configuration.
Host *
${lines.map((line) => `  ${line}\n`).join("")}
Include ~/.ssh/config
`;
}

function linkTarget(path: string): string | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? readlinkSync(path)
    : undefined;
}

/**
 * Writes what `sshOptions` point to: configuration, pinned host key, and a link to the private
 * key (so that no copy of it lies about). Does nothing when all is as it should be.
 */
export function prepareSsh(host: SshHost, trust: SshTrust, root: string): void {
  const directory = join(root, sshDirectory(host));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let isNew = false;
  const files = {
    known_hosts: `mcp-gateway ${trust.hostKey.trim()}\n`,
    config: sshConfig(host, trust, root),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = join(directory, name);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    writeFileSync(file, text, { mode: 0o600 });
    isNew = true;
  }
  const identity = join(directory, "identity");
  const key = trust.privateKeyFile?.replace(/^~(?=\/)/, homedir());
  const target = key === undefined ? undefined : resolve(root, key);
  if (linkTarget(identity) !== target) {
    rmSync(identity, { force: true });
    if (target !== undefined) symlinkSync(target, identity);
    isNew = true;
  }
  // A connection that is still open was let in by the key before.
  if (isNew)
    spawnSync("ssh", [...sshOptions(host), "-O", "exit", host.host], {
      cwd: root,
      stdio: "ignore",
    });
}

/** Is this machine ready to reach `host`? Not in a fresh checkout. */
export function isPrepared(host: SshHost, root: string): boolean {
  return existsSync(join(root, sshDirectory(host), "config"));
}
