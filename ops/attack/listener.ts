import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { networkInterfaces } from "node:os";
import type { Hit } from "./attack.ts";

/** Where something that the gateway sends out arrives. */
export interface Listener {
  /** An URL for each address of this machine that something in a container could reach. */
  readonly bases: readonly string[];
  readonly port: number;
  readonly hits: () => readonly Hit[];
  readonly close: () => void;
}

const most = 200_000;
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** The first part of a path is the mark of the try that named it. */
export const markOf = (path: string): string => /^\/(attack-[0-9a-z]+)/.exec(path)?.[1] ?? "";

/** Addresses that each try is repeated for: a machine with fifty networks has fifty. */
const tried = 5;

/** Every IPv4 address of this machine but its loopback, which is each container's own. */
export function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((done) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= most) parts.push(part);
    });
    request.on("end", () => {
      done(Buffer.concat(parts).toString());
    });
    request.on("error", () => {
      done("");
    });
  });
}

/** Answers like a model that says the mark: what is built on the answer goes on. */
function answer(path: string, response: ServerResponse, mark: string): void {
  if (/\.(png|pdf)/.test(path)) {
    response.writeHead(200, { "Content-Type": "image/png" }).end(pixel);
    return;
  }
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const message = { role: "assistant", content: mark };
  const chat = {
    id: "x",
    object: "chat.completion",
    created: 1,
    model: "x",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    usage,
  };
  const content = [{ type: "output_text", text: mark, annotations: [] }];
  const responses = {
    id: "resp_x",
    object: "response",
    created_at: 1,
    status: "completed",
    model: "x",
    output: [{ type: "message", id: "m", role: "assistant", status: "completed", content }],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: false,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
  };
  response
    .writeHead(200, { "Content-Type": "application/json" })
    .end(JSON.stringify(/responses/.test(path) ? responses : chat));
}

/** @param first addresses that something in the deployment is known to see, if any are known */
export async function listen(first: readonly string[] = []): Promise<Listener> {
  const local = localAddresses();
  const ordered = new Set([...first.filter((one) => local.includes(one)), ...local]);
  const hits: Hit[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const { authorization = "" } = request.headers;
    const { "x-api-key": other } = request.headers;
    void readBody(request).then((body) => {
      const credential = authorization === "" && typeof other === "string" ? other : authorization;
      const mark = markOf(path);
      hits.push({ mark, method: request.method ?? "", path, authorization: credential, body });
      answer(path, response, mark);
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, "0.0.0.0", done);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    bases: [...ordered].slice(0, tried).map((one) => `http://${one}:${port}`),
    port,
    hits: () => hits,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
