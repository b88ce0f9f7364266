/**
 * SSH connections of `command.remote.Command`.
 *
 * As in the official plugin the server's host key is not looked at unless `hostKey` is set, every
 * kind of failure is tried again, and nothing is shared between commands.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ClientErrorExtensions, Client, ConnectConfig } from "ssh2";
import type { Subject } from "../provider.ts";

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly agentSocketPath?: string;
  readonly hostKey?: string;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
}

const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5000;
const PAUSE_GROWTH = 1.5;

/** What ssh2 is told. `hostKey` is one line of `known_hosts` without the name: type and key. */
export function connectConfig(connection: Connection): ConnectConfig {
  const agent = connection.agentSocketPath ?? process.env["SSH_AUTH_SOCK"];
  const { privateKey, privateKeyPassword, password } = connection;
  return {
    host: connection.host,
    port: connection.port,
    username: connection.user,
    readyTimeout: connection.perDialTimeout * 1000,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword }),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(agent === undefined || agent === "" ? {} : { agent }),
    ...(connection.hostKey === undefined ? {} : pinned(connection.hostKey)),
  };
}

function pinned(hostKey: string): Pick<ConnectConfig, "algorithms" | "hostVerifier"> {
  const [type = "", key = ""] = hostKey.trim().split(/\s+/);
  if (!/^(ssh-|ecdsa-)/.test(type) || key === "") {
    throw new Error("failed to parse host key: ssh: no key found");
  }
  const expected = Buffer.from(key, "base64");
  return {
    // Asking for this type only: a server with several keys would offer another one otherwise.
    // `ssh-rsa` means the SHA-1 signature, which modern servers refuse: pin an ed25519 key.
    algorithms: { serverHostKey: [type as "ssh-ed25519"] },
    hostVerifier: (offered: Buffer) => offered.equals(expected),
  };
}

/** Connects, trying again as often as the connection allows. */
export async function dial(subject: Subject, connection: Connection): Promise<Client> {
  const config = connectConfig(connection);
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (let dials = 1; ; dials++) {
    try {
      return await dialOnce(config, connection.password);
    } catch (error) {
      const limit = connection.dialErrorLimit;
      if (limit >= 0 && dials > limit) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`after ${dials - 1} failed attempts: ${reason}`, { cause: error });
      }
      const total = limit < 0 ? "inf" : String(limit);
      await subject.log("info", `Dial ${dials}/${total} failed: retrying`, true);
      await delay(pause, undefined, { signal: subject.signal });
      pause = Math.min(pause * PAUSE_GROWTH, LONGEST_PAUSE_MILLISECONDS);
    }
  }
}

async function dialOnce(config: ConnectConfig, password: string | undefined): Promise<Client> {
  const { default: ssh2 } = await import("ssh2");
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on("keyboard-interactive", (_name, _text, _language, prompts, answer) => {
      answer(prompts.map(() => password ?? ""));
    });
    client.on("ready", () => {
      resolve(client);
    });
    client.on("error", (error: Error & ClientErrorExtensions) => {
      client.destroy();
      reject(new Error(`ssh: ${error.message}`));
    });
    client.connect(config);
  });
}
