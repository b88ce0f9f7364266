import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { connect } from "node:net";
import { connect as secureConnect } from "node:tls";
import type { Answer, Ask } from "./attack.ts";

const patience = 20_000;
const most = 2_000_000;

const nothing: Answer = { status: 0, headers: {}, body: "" };

/** The answer to one request, or status 0 where the connection was closed without any. */
export function send(base: URL, ask: Ask): Promise<Answer> {
  return ask.raw === undefined ? sendParsed(base, ask) : sendRaw(base, ask.raw);
}

function sendParsed(base: URL, { method, path, headers, body }: Ask): Promise<Answer> {
  return new Promise((done) => {
    const ended = (answer: Answer): void => {
      clearTimeout(timer);
      done(answer);
      sent.destroy();
    };
    const content = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
    const { hostname, port, protocol } = base;
    const make = protocol === "https:" ? secureRequest : request;
    const sent = make(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "Content-Length": content.length }),
        },
        insecureHTTPParser: true,
      },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        const finish = (): void => {
          const named = Object.entries(response.headers).map(([name, value]) => [
            name,
            String(value),
          ]);
          ended({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(named) as Record<string, string>,
            body: Buffer.concat(parts).toString(),
          });
        };
        // A stream that was asked for need not end: its first words say enough.
        const stream =
          method === "GET" && /event-stream/.test(response.headers["content-type"] ?? "");
        late = finish;
        response.on("data", (part: Buffer) => {
          size += part.length;
          if (size <= most) parts.push(part);
          if (stream) finish();
        });
        response.on("end", finish);
        response.on("error", finish);
      },
    );
    let late = (): void => {
      ended(nothing);
    };
    const timer = setTimeout(() => {
      late();
    }, patience);
    sent.on("error", () => {
      ended(nothing);
    });
    sent.on("connect", ({ statusCode }) => {
      ended({ ...nothing, status: statusCode ?? 0 });
    });
    sent.end(content);
  });
}

/** The first answer in what came over a connection. */
export function parseAnswer(text: string): Answer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [line = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(line)?.[1] ?? 0);
  const headers = lines.map((one) => {
    const colon = one.indexOf(":");
    return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()];
  });
  return {
    status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: rest.join("\r\n\r\n"),
  };
}

function sendRaw(base: URL, text: string): Promise<Answer> {
  return new Promise((done) => {
    const secure = base.protocol === "https:";
    const to = { host: base.hostname, port: Number(base.port || (secure ? 443 : 80)) };
    const socket = secure ? secureConnect({ ...to, rejectUnauthorized: false }) : connect(to);
    const parts: Buffer[] = [];
    const end = (): void => {
      socket.destroy();
      done(parseAnswer(Buffer.concat(parts).toString()));
    };
    socket.setTimeout(patience, end);
    socket.on("error", end);
    socket.on("end", end);
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.write(text);
  });
}
