import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Row {
  readonly token: string;
  readonly key_alias: string | null;
  readonly blocked?: boolean;
  readonly expires?: string;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text === "" ? undefined : JSON.parse(text);
}

/**
 * A LiteLLM that knows `rows` and writes down what is asked of it, except for the listing. It
 * pages by two, whatever is asked for; other paths answer what `answers` says, or `{}`.
 */
export async function fakeLitellm(
  rows: readonly Row[],
  masterKey: string,
  answers: Readonly<Record<string, readonly [status: number, body: unknown]>> = {},
) {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? "", "http://litellm.test");
      const send = (status: number, answer: unknown): void => {
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(JSON.stringify(answer));
      };
      if (request.headers.authorization !== `Bearer ${masterKey}`) {
        send(401, { error: "no" });
        return;
      }
      if (url.pathname === "/key/list") {
        const page = Number(url.searchParams.get("page"));
        send(200, {
          keys: rows.slice((page - 1) * 2, page * 2),
          total_pages: Math.ceil(rows.length / 2),
        });
        return;
      }
      requests.push({ method: request.method ?? "", path: url.pathname, body });
      send(...(answers[url.pathname] ?? ([200, {}] as const)));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => {
          done();
        });
      }),
  };
}
