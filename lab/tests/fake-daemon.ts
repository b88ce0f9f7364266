/** A Docker daemon on a socket of its own, which answers what a test tells it to. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Answer = [status: number, body: unknown];

export interface FakeDaemon {
  readonly host: string;
  /** `METHOD path?query` to what is answered; a list is worked off, its last entry stays. */
  answers: Record<string, Answer[]>;
  /** The calls, in their order. */
  asked: string[];
  /** The JSON bodies by call. */
  bodies: Record<string, unknown>;
  reset(): void;
  close(): void;
}

export async function fakeDaemon(): Promise<FakeDaemon> {
  const directory = mkdtempSync(join(tmpdir(), "daemon-"));
  const socket = join(directory, "docker.sock");
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/_ping") {
        response.setHeader("Api-Version", "1.41").end("OK");
        return;
      }
      const call = `${request.method ?? ""} ${(request.url ?? "").replace("/v1.41", "")}`;
      daemon.asked.push(call);
      const text = Buffer.concat(chunks).toString();
      if (text.startsWith("{")) daemon.bodies[call] = JSON.parse(text);
      const known = daemon.answers[call] ?? [[404, { message: `nobody expected ${call}` }]];
      const [status, body] = (known.length > 1 ? known.shift() : known[0]) as Answer;
      response.statusCode = status;
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  }).listen(socket);
  const daemon: FakeDaemon = {
    host: `unix://${socket}`,
    answers: {},
    asked: [],
    bodies: {},
    reset() {
      this.answers = {};
      this.asked = [];
      this.bodies = {};
    },
    close() {
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
  await new Promise((resolve) => server.once("listening", resolve));
  return daemon;
}
