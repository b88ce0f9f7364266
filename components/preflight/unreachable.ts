import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { SshHost, SshTrust } from "../../config/host/model.ts";
import { setCommand } from "../../config/problems.ts";
import type { Finding } from "./finding.ts";

/** A private key that is configured and not there: ssh would try others without a word. */
export function keyFinding(trust: SshTrust, root: string): Finding[] {
  const file = trust.privateKeyFile;
  if (file === undefined || existsSync(resolve(root, file.replace(/^~(?=\/)/, homedir()))))
    return [];
  return [
    {
      message: `the private key ${file} is not there`,
      fix: setCommand(["ssh", "privateKeyFile"], "~/.ssh/id_ed25519"),
    },
  ];
}

/** The last thing that ssh said, without its name for itself. */
function lastWords(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim().replace(/^ssh: /, ""));
  return lines.findLast((line) => line !== "") ?? "no reason given";
}

/**
 * Why an SSH host could not be looked at.
 * @param stderr what ssh printed before it ended with 255
 */
export function unreachable(host: SshHost, trust: SshTrust, stderr: string): Finding {
  const where = `${host.host}${host.port === 22 ? "" : `:${host.port}`}`;
  const scan = `ssh-keyscan -t ed25519${host.port === 22 ? "" : ` -p ${host.port}`} ${host.host}`;
  if (/host key verification failed|host key is known/i.test(stderr))
    return {
      message: `${where} shows another host key than the pinned one: it was reinstalled, or something stands between`,
      fix: `compare with its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); only if it is right: ${setCommand(["ssh", "hostKey"], `$(${scan} | cut -d' ' -f2-)`).replaceAll("'$(", '"$(').replace(/\)'$/, ')"').replaceAll(`'\\''`, "'")}`,
    };
  if (/unprotected private key file/i.test(stderr))
    return {
      message: `ssh does not use the private key ${trust.privateKeyFile ?? ""}: others may read it`,
      fix: `chmod 600 ${trust.privateKeyFile ?? ""}`,
    };
  if (/permission denied/i.test(stderr)) {
    const key =
      trust.privateKeyFile === undefined ? "any key of the SSH agent" : trust.privateKeyFile;
    const copy =
      trust.privateKeyFile === undefined ? "ssh-copy-id" : `ssh-copy-id -i ${trust.privateKeyFile}`;
    return {
      message: `${where} does not let ${host.user} in with ${key}`,
      fix: `${copy}${host.port === 22 ? "" : ` -p ${host.port}`} ${host.user}@${host.host}, or the right user: ${setCommand(["dockerHost"])}`,
    };
  }
  if (/could not resolve/i.test(stderr))
    return {
      message: `there is no host called ${host.host}`,
      fix: `${setCommand(["dockerHost"])}, or put it into /etc/hosts`,
    };
  return {
    message: `${where} cannot be reached over SSH: ${lastWords(stderr)}`,
    fix: `switch it on, or see what is between: ssh -p ${host.port} ${host.user}@${host.host}`,
  };
}
