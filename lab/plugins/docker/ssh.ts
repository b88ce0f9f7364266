/**
 * Reaches a Docker daemon through `ssh`, exactly as the official plugin and the Docker CLI do: the
 * ssh client of this machine runs `docker system dial-stdio` on the far side, and HTTP goes over
 * its standard input and output. So keys, agent and known hosts are the user's own.
 */
import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import { onExit } from "../rpc/parent-watch.ts";

const KNOWN_OPTIONS = [
  "BatchMode",
  "ConnectTimeout",
  "ControlMaster",
  "ControlPath",
  "ControlPersist",
  "HostKeyAlgorithms",
  "IdentitiesOnly",
  "IdentityFile",
  "LogLevel",
  "Port",
  "ServerAliveCountMax",
  "ServerAliveInterval",
  "StrictHostKeyChecking",
  "UserKnownHostsFile",
];

/** The arguments of `ssh`. Options that nobody tried with this stand-in are refused. */
export function sshArguments(host: string, sshOpts: readonly string[]): string[] {
  const url = new URL(host);
  if (url.password !== "") throw new Error("plain-text password is not supported");
  if (url.hostname === "") throw new Error("no host specified");
  if (url.search !== "" || url.hash !== "") throw new Error("extra query or fragment in the host");
  refuseUnknownOptions(sshOpts);
  const socket = url.pathname.replace(/^\/$/, "");
  return [
    ...(sshOpts.join(" ").includes("ConnectTimeout") ? [] : ["-o", "ConnectTimeout=30"]),
    "-T",
    ...sshOpts,
    ...(url.username === "" ? [] : ["-l", decodeURIComponent(url.username)]),
    ...(url.port === "" ? [] : ["-p", url.port]),
    "--",
    url.hostname.replace(/^\[|\]$/g, ""),
    "docker",
    ...(socket === "" ? [] : ["--host", `unix://${socket}`]),
    "system",
    "dial-stdio",
  ];
}

function refuseUnknownOptions(sshOpts: readonly string[]): void {
  const words = [...sshOpts];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const flag = word.slice(0, 2);
    const value = word.length > 2 ? word.slice(2) : words.shift();
    const option = value?.split(/[=\s]/)[0] ?? "";
    const isKnown =
      value !== undefined &&
      (["-F", "-i", "-p"].includes(flag) || (flag === "-o" && KNOWN_OPTIONS.includes(option)));
    if (!isKnown) {
      throw new Error(
        `sshOpts: ${flag === "-o" ? `-o ${option}` : word}: this stand-in does not implement it; ` +
          "use the official plugin",
      );
    }
  }
}

/** An agent whose every connection is an `ssh` process; kept open between requests. */
export function sshAgent(host: string, sshOpts: readonly string[]): Agent {
  const commandLine = sshArguments(host, sshOpts);
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = () => connect(commandLine);
  return agent;
}

/** The duplex stream of one `ssh` process. */
function connect(commandLine: readonly string[]): Duplex {
  const child = spawn("ssh", commandLine, { stdio: ["pipe", "pipe", "pipe"] });
  const forget = onExit(() => child.kill("SIGKILL"));
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const stream = Object.assign(
    new Duplex({
      read: () => child.stdout.resume(),
      write: (chunk: Buffer, encoding, done) => child.stdin.write(chunk, encoding, done),
      final: (done) => child.stdin.end(done),
      destroy: (error, done) => {
        child.kill();
        done(error);
      },
    }),
    // What node:http calls on a socket.
    {
      setKeepAlive: () => stream,
      setNoDelay: () => stream,
      setTimeout: () => stream,
      ref: () => stream,
      unref: () => stream,
    },
  );
  child.stdout.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdin.on("error", () => undefined);
  child.on("error", (error) => stream.destroy(error));
  child.on("close", (code) => {
    forget();
    if (code === 0) {
      stream.push(null);
      return;
    }
    const how = `command [ssh ${commandLine.join(" ")}] has exited with exit status ${code ?? -1}`;
    const advice =
      "make sure the URL is valid, and Docker 18.09 or later is installed on the remote host";
    stream.destroy(new Error(`${how}, ${advice}: stderr=${complaint.trim()}`));
  });
  return stream;
}
