import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { EdgeModel } from "../../components/edge/edge-model.ts";
import { type EdgeKey, edgeFiles } from "../../components/edge/maps.ts";
import { applyHaproxy, haproxyInput } from "../../components/haproxy/live-config.ts";
import type { HostFile } from "../../components/host/files.ts";
import * as docker from "./docker.ts";
import { scratch, sh } from "./shell.ts";

/** Stands in for LiteLLM: writes down every request as it arrived, byte for byte. */
const upstream = `
import json, socketserver, threading, time
seen = []
def answer(sock, body, extra=b""):
    sock.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n" + extra
                 + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
class Litellm(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            line = self.rfile.readline()
            if not line: return
            headers = []
            while (field := self.rfile.readline().strip()):
                name, _, value = field.decode("latin-1").partition(":")
                headers.append([name.lower(), value.strip()])
            got = dict(headers)
            words = line.decode("latin-1").split()
            body = self.rfile.read(int(got.get("content-length", 0)))
            if words[1] != "/health/readiness":
                seen.append({"line": line.decode("latin-1").strip(), "headers": headers, "length": len(body)})
            if "x-silent" in got:
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
                for wait, text in ((0, b": open\\n\\n"), (float(got["x-silent"]), b"data: end\\n\\n")):
                    time.sleep(wait)
                    self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(text), text))
                self.wfile.write(b"0\\r\\n\\r\\n")
                continue
            time.sleep(float(got.get("x-slow", 0)))
            # As LiteLLM 1.77.3 answers: inner addresses, a provider's words, other numbers of the key.
            answer(self.connection, b'{"upstream":true}', b"x-litellm-model-api-base: http://inner:9\\r\\n"
                   b"X-LiteLLM-Key-Spend: 1\\r\\nllm_provider-server: y\\r\\nserver: uvicorn\\r\\nx-kept: 1\\r\\n")
class Seen(socketserver.StreamRequestHandler):
    def handle(self):
        said = json.dumps(seen).encode()
        seen.clear()
        answer(self.connection, said, b"Connection: close\\r\\n")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer.daemon_threads = True
threading.Thread(target=socketserver.ThreadingTCPServer(("0.0.0.0", 9000), Seen).serve_forever).start()
socketserver.ThreadingTCPServer(("0.0.0.0", 4000), Litellm).serve_forever()
`;

interface SeenRequest {
  readonly line: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly length: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RealEdge {
  readonly url: string;
  readonly adminUrl: string;
  /** Of each connector's own port. */
  readonly portUrls: Readonly<Record<string, string>>;
  /** What LiteLLM's stand-in got since the last look. */
  readonly seen: () => Promise<SeenRequest[]>;
  /** Sends bytes as they are; the answer when the edge has closed or is complete. */
  readonly raw: (bytes: string | Buffer, route?: string) => Promise<Answer>;
  /** The access log's lines since the container started. */
  readonly log: () => Promise<Record<string, unknown>[]>;
  readonly apply: (files: readonly HostFile[]) => ReturnType<typeof sh>;
  /** The first line that another container of the network gets for this address. */
  readonly fromContainer: (address: string) => Promise<string>;
  readonly container: string;
  readonly upstream: string;
  readonly remove: () => Promise<void>;
}

function parseAnswer(text: string): Answer {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1] ?? 0),
    headers: Object.fromEntries(
      fields.map((field) => {
        const [name = "", ...value] = field.split(": ");
        return [name.toLowerCase(), value.join(": ")];
      }),
    ),
    body: rest.join("\r\n\r\n"),
  };
}

const complete = ({ status, headers, body }: Answer): boolean =>
  status > 0 &&
  (headers["content-length"] === String(Buffer.byteLength(body)) || body.endsWith("0\r\n\r\n"));

/** One exchange over a socket of its own. */
export function exchange(url: string, bytes: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((done) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    const end = (): void => {
      socket.destroy();
      done(parseAnswer(text));
    };
    socket.setEncoding("utf8").setTimeout(20_000, end);
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (complete(parseAnswer(text))) end();
    });
    socket.on("error", end).on("close", end);
    socket.write(bytes);
  });
}

/**
 * The log's lines with these fields, once there are as many as wanted. Never "the last line": HAProxy
 * writes one when it is done with a request, and of two that follow each other the second may be
 * first.
 */
export async function linesWith(
  edge: RealEdge,
  fields: Readonly<Record<string, unknown>>,
  wanted = 0,
): Promise<Record<string, unknown>[]> {
  for (let tries = 0; ; tries++) {
    const log = await edge.log();
    const found = log.filter((line) =>
      Object.entries(fields).every(([name, value]) => line[name] === value),
    );
    if (found.length >= wanted) return found;
    if (tries === 30) {
      const last = log.slice(-40).map((line) => JSON.stringify(line));
      throw new Error(
        `${wanted} lines with ${JSON.stringify(fields)} were wanted, not ${found.length}; the last of all:\n${last.join("\n")}`,
      );
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** The real HAProxy with the rendered files, put there by the script that the deployment uses. */
export async function realEdge(
  model: EdgeModel,
  keys: readonly EdgeKey[],
  change: (config: string) => string = (config) => config,
): Promise<RealEdge> {
  const place = scratch();
  const directory = join(place.path, "edge");
  const name = {
    network: docker.testName("net", "edgetest"),
    edge: docker.testName("edge", "edgetest"),
    upstream: docker.testName("upstream", "edgetest"),
  };
  const remove = async (): Promise<void> => {
    await docker.removeAll([name.edge, name.upstream], [name.network]);
    place.remove();
  };
  try {
    await docker.network(name.network);
    writeFileSync(join(place.path, "upstream.py"), upstream, { mode: 0o644 });
    await docker.start(name.upstream, [
      "--network",
      name.network,
      "--network-alias",
      "mcp-litellm-proxy",
      "--publish",
      "127.0.0.1::9000",
      docker.image(docker.images.python),
      "python3",
      "-c",
      upstream,
    ]);
    const image = docker.image(docker.images.haproxy);
    const id = await docker.dockerOk(["image", "inspect", "-f", "{{.Id}}", image]);
    const script = applyHaproxy({
      roots: false,
      container: name.edge,
      directory,
      image: id,
      networks: [name.network],
      owner: "99:99",
    });
    const apply = (files: readonly HostFile[]) => sh(script, haproxyInput(files));
    const ran = apply(
      edgeFiles(model, keys).map((file) =>
        file.name === "haproxy.cfg" ? { ...file, content: change(file.content) } : file,
      ),
    );
    if (ran.code !== 0) throw new Error(`the edge's files: ${ran.stderr}`);
    await docker.start(name.edge, [
      "--network",
      name.network,
      "--network-alias",
      "mcp-edge",
      "--init",
      "--user",
      "99:99",
      "--cap-drop",
      "ALL",
      "--read-only",
      "--security-opt",
      "no-new-privileges:true",
      "--memory",
      "128m",
      "--publish",
      "127.0.0.1::4000",
      "--publish",
      "127.0.0.1::4001",
      ...model.ports.flatMap(({ port }) => ["--publish", `127.0.0.1::${port}`]),
      "--mount",
      `type=bind,source=${directory},target=/etc/mcp-gateway,readonly`,
      image,
      "haproxy",
      "-W",
      "-db",
      "-f",
      "/etc/mcp-gateway/current/haproxy.cfg",
    ]);
    const url = await docker.published(name.edge, 4000);
    const adminUrl = await docker.published(name.edge, 4001);
    const portUrls = Object.fromEntries(
      await Promise.all(
        model.ports.map(
          async ({ alias, port }) => [alias, await docker.published(name.edge, port)] as const,
        ),
      ),
    );
    const recorder = await docker.published(name.upstream, 9000);
    const seen = async () => (await (await fetch(recorder)).json()) as SeenRequest[];
    await docker.until(name.edge, 30, async () => {
      // The stand-in is up once a request comes through.
      const first = keys[0]?.value ?? "";
      const answer = await fetch(`${url}/v1/models`, {
        headers: { Authorization: `Bearer ${first}` },
      });
      return answer.status !== 503;
    });
    await seen();
    return {
      url,
      adminUrl,
      portUrls,
      seen,
      apply,
      remove,
      container: name.edge,
      upstream: name.upstream,
      fromContainer: async (address) => {
        const python = `import urllib.request as u, urllib.error as e
try: print(u.urlopen(u.Request("${address}", headers={"Host": "localhost"})).status)
except e.HTTPError as x: print(x.code)`;
        return docker.dockerOk(["exec", name.upstream, "python3", "-c", python]);
      },
      raw: (bytes, route = url) => exchange(route, bytes),
      log: async () =>
        (await docker.dockerOk(["logs", name.edge]))
          .split("\n")
          .filter((line) => line.startsWith("{"))
          .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  } catch (error) {
    const { stderr } = await docker.docker(["logs", "--tail", "20", name.edge]);
    await remove();
    throw error instanceof Error ? new Error(`${error.message}\n${stderr}`) : error;
  }
}
