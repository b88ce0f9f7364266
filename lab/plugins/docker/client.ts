/**
 * The Docker Engine API, as far as it is needed here.
 *
 * On node:http alone: loading dockerode takes longer than all the requests of a preview.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { sshAgent } from "./ssh.ts";

/** The newest API that this code was written for; an older daemon's is used as it is. */
const NEWEST_API = [1, 51] as const;

export interface ClientConfig {
  readonly host: string;
  readonly sshOpts: readonly string[];
  /** `disableDockerDaemonCheck`: no ping before the first request. */
  readonly unchecked: boolean;
}

/** An answer of the daemon that is no success. */
export class DaemonError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(`Error response from daemon: ${message}`);
    this.status = status;
  }
}

export interface Call {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly archive?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export class DockerClient {
  readonly host: string;
  readonly #transport: RequestOptions;
  readonly #unchecked: boolean;
  #version: Promise<string> | undefined;

  constructor({ host, sshOpts, unchecked }: ClientConfig) {
    this.host = host;
    this.#transport = transport(host, sshOpts);
    this.#unchecked = unchecked;
  }

  /** `1.41` and the like, agreed upon with the daemon before the first request. */
  apiVersion(): Promise<string> {
    this.#version ??= this.#negotiate();
    return this.#version;
  }

  /** The parsed answer; undefined where there is none. Rejects with a `DaemonError`. */
  async json<Answer>(method: string, path: string, call: Call = {}): Promise<Answer> {
    const text = await this.text(method, path, call);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  /** The whole answer as text, for answers that are streams of messages. */
  async text(method: string, path: string, call: Call = {}): Promise<string> {
    const answer = await this.#send(method, `/v${await this.apiVersion()}${path}`, call);
    const text = await bodyOf(answer);
    const status = answer.statusCode ?? 0;
    if (status >= 400) throw new DaemonError(status, messageOf(text));
    return text;
  }

  async #negotiate(): Promise<string> {
    let offered = "1.40";
    try {
      const answer = await this.#send("GET", "/_ping", {});
      await bodyOf(answer);
      offered = String(answer.headers["api-version"] ?? "1.24");
    } catch (error) {
      if (!this.#unchecked) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(
          "failed to create Docker client: Error pinging Docker server, please make sure that " +
            `${this.host} is reachable and has a  '_ping' endpoint. Error: ${reason}`,
          { cause: error },
        );
      }
    }
    const [major = 0, minor = 0] = offered.split(".").map(Number);
    const [newestMajor, newestMinor] = NEWEST_API;
    return major === newestMajor && minor > newestMinor ? NEWEST_API.join(".") : offered;
  }

  #send(method: string, path: string, { query, body, archive, headers }: Call) {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query ?? {})) search.set(key, String(value));
    const payload = archive ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
    const type = archive === undefined ? "application/json" : "application/x-tar";
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({
        ...this.#transport,
        method,
        path: search.size === 0 ? path : `${path}?${search.toString()}`,
        headers: {
          ...headers,
          ...(payload === undefined
            ? {}
            : { "Content-Type": type, "Content-Length": payload.length }),
        },
      });
      request.on("response", resolve);
      request.on("error", (error: NodeJS.ErrnoException) => {
        reject(this.#explain(error));
      });
      request.end(payload);
    });
  }

  #explain(error: NodeJS.ErrnoException): Error {
    if (error.code !== "ENOENT" && error.code !== "ECONNREFUSED") return error;
    const advice = "Is the docker daemon running?";
    return new Error(`Cannot connect to the Docker daemon at ${this.host}. ${advice}`);
  }
}

function transport(host: string, sshOpts: readonly string[]): RequestOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  if (host.startsWith("ssh://")) return { host: "docker", agent: sshAgent(host, sshOpts) };
  throw new Error(
    `host: ${host.split(":")[0] ?? ""}:// hosts: this stand-in does not implement it; ` +
      "use the official plugin",
  );
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
