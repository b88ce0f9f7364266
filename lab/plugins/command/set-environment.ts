/**
 * Asks an SSH server whether it takes environment variables.
 *
 * ssh2 sends variables without asking for an answer, so a server that refuses them (sshd's default:
 * `AcceptEnv` is empty) would run the command without them. The official plugin fails instead, and
 * so do we: the question is put in a session of its own, before the command's.
 */
import type { Client } from "ssh2";

const WINDOW_BYTES = 2 * 1024 * 1024;
const PACKET_BYTES = 32 * 1024;

/** The part of ssh2 that its types don't show. */
interface Internals {
  readonly _chanMgr: {
    add(opened: (error: Error | undefined, channel: Channel) => void): number;
  };
  readonly _protocol: {
    session(channel: number, window: number, packet: number): void;
    env(channel: number, key: string, value: string, wantReply: boolean): void;
  };
}

interface Channel {
  readonly outgoing: { readonly id: number };
  readonly _callbacks: ((refused: boolean) => void)[];
  close(): void;
}

/** The names of those variables that the server refuses. */
export function refusedVariables(
  client: Client,
  variables: Readonly<Record<string, string>>,
): Promise<string[]> {
  const entries = Object.entries(variables);
  if (entries.length === 0) return Promise.resolve([]);
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as Internals;
  return new Promise((resolve, reject) => {
    client.once("error", reject);
    const id = channels.add((error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      const refused: string[] = [];
      let answers = 0;
      for (const [key, value] of entries) {
        channel._callbacks.push((isRefused) => {
          if (isRefused) refused.push(key);
          if (++answers < entries.length) return;
          channel.close();
          resolve(refused);
        });
        protocol.env(channel.outgoing.id, key, value, true);
      }
    });
    protocol.session(id, WINDOW_BYTES, PACKET_BYTES);
  });
}
