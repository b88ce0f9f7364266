import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { configSchema } from "../../components/config/schema.ts";
import { markdown, quantile } from "./figures.ts";
import { type Transport, lockTiny, tinyConnector, tinyStack } from "./tiny.ts";

/**
 * What a tool call costs: each transport, the server asked directly by a client that keeps its
 * session, and through edge, proxy, guard and relay, at 1, 8 and 32 clients. Blocks of the two take
 * turns. Prints a table and the goals.
 */
const seconds = Number(process.env["SECONDS_EACH"] ?? 6);
const crowds = [1, 8, 32];
const ports: Readonly<Record<Transport, number>> = { sse: 48_951, http: 48_952, stdio: 48_953 };
const transports = Object.keys(ports) as Transport[];
const litellm = configSchema.parse({}).proxy.image;
const bridge = /^image: (\S+)$/m.exec(readFileSync("mcp-connectors/toolshed.yaml", "utf8"))?.[1];

type Call = () => Promise<void>;
interface Caller {
  readonly call: Call;
  readonly close: () => Promise<void>;
}

async function direct(transport: Transport): Promise<Caller> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  const base = `http://127.0.0.1:${ports[transport]}`;
  await client.connect(
    transport === "sse"
      ? // Deprecated, and what servers like postgres-mcp still speak: it is what is measured here.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        new SSEClientTransport(new URL("/sse", base))
      : new StreamableHTTPClientTransport(new URL("/mcp", base)),
  );
  return {
    call: async () => {
      const answer = await client.callTool({ name: "echo", arguments: { text: "hello" } });
      if (!JSON.stringify(answer.content).includes("hello")) throw new Error("a wrong answer");
    },
    close: () => client.close(),
  };
}

function throughGateway(url: string, key: string, transport: Transport): Promise<Caller> {
  const body = JSON.stringify({
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name: `${transport}-echo`, arguments: { text: "hello" } },
  });
  return Promise.resolve({
    call: async () => {
      const answer = await fetch(`${url}/mcp/`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${key}`,
          "Content-Type": "application/json",
          Accept: "application/json, text/event-stream",
        },
        body,
      });
      const text = await answer.text();
      if (!text.includes('"hello"')) throw new Error(`a wrong answer: ${text.slice(0, 300)}`);
    },
    close: () => Promise.resolve(),
  });
}

/** Calls for some seconds with a crowd of callers; the times in ms. */
async function block(make: () => Promise<Caller>, crowd: number): Promise<number[]> {
  const callers = await Promise.all(Array.from({ length: crowd }, make));
  const end = performance.now() + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    callers.map(async ({ call, close }) => {
      while (performance.now() < end) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
      await close();
    }),
  );
  return times;
}

rmSync(resolve(".lab", "bench-transports"), { recursive: true, force: true });
const project = await tinyStack(
  "bench-transports",
  4921,
  Object.fromEntries(
    transports.map((transport) => [
      transport,
      {
        ...tinyConnector(transport, transport === "stdio" ? (bridge ?? litellm) : litellm),
        hostPort: ports[transport],
      },
    ]),
  ),
);
try {
  await lockTiny(project, transports);
  const up = await project.pulumi("up", "--yes", "--skip-preview");
  if (up.code !== 0) throw new Error(`${up.stdout.slice(-3000)}\n${up.stderr}`);
  const outputs = JSON.parse(
    (await project.pulumi("stack", "output", "--json", "--show-secrets")).stdout,
  ) as { gatewayUrl: string; virtualKeys: { bench: string } };
  const rows = [
    ["transport", "clients", "direct p50 / p95", "calls/s", "gateway p50 / p95", "calls/s"],
  ];
  const shown = (times: readonly number[]): string[] => [
    `${quantile(times, 0.5).toFixed(1)} / ${quantile(times, 0.95).toFixed(1)} ms`,
    (times.length / seconds).toFixed(0),
  ];
  const goals: Record<string, readonly number[]> = {};
  for (const transport of transports) {
    const gateway = () => throughGateway(outputs.gatewayUrl, outputs.virtualKeys.bench, transport);
    await block(gateway, 1);
    for (const crowd of crowds) {
      const own = await block(() => direct(transport), crowd);
      const through = await block(gateway, crowd);
      goals[`${transport} ${crowd}`] = through;
      rows.push([transport, String(crowd), ...shown(own), ...shown(through)]);
    }
  }
  process.stdout.write(markdown(rows));
  const one = quantile(goals["sse 1"] ?? [], 0.5).toFixed(1);
  const eight = ((goals["sse 8"] ?? []).length / seconds).toFixed(0);
  process.stdout.write(
    `\nsse through the gateway: p50 ${one} ms at 1 client (goal 22), ${eight} calls/s at 8 (goal 70)\n`,
  );
} finally {
  await project.pulumi("destroy", "--yes", "--skip-preview");
}
