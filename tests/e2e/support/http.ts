import { type IncomingHttpHeaders, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * One HTTP request whose path goes out exactly as it is written: `fetch` and `URL` would take
 * `..` and `%2e` away, and with them what is to be tested.
 */
export async function send(
  base: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
): Promise<Answer> {
  const { hostname, port } = new URL(base);
  const text = body === undefined ? "" : JSON.stringify(body);
  const content =
    body === undefined
      ? {}
      : { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
  return new Promise((done, fail) => {
    const sent = request(
      { hostname, port, method, path, headers: { ...content, ...headers }, timeout: 60_000 },
      (answer) => {
        let received = "";
        answer.setEncoding("utf8").on("data", (part: string) => (received += part));
        answer.on("end", () => {
          done({ status: answer.statusCode ?? 0, headers: answer.headers, body: received });
        });
      },
    );
    sent.on("error", fail);
    sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer in 60 s`)));
    sent.end(text);
  });
}

export const bearer = (key: string): Record<string, string> => ({
  Authorization: `Bearer ${key}`,
});

/** What streamable HTTP wants to see. */
export const mcpHeaders = { Accept: "application/json, text/event-stream" };

export const toolsList = { jsonrpc: "2.0", id: 1, method: "tools/list" };
