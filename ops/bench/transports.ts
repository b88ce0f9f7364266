import { readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { configSchema } from "../../components/config/schema.ts";
import { bareLitellm } from "./bare.ts";
import { markdown, quantile } from "./figures.ts";
import {
  type Door,
  type Transport,
  ask,
  doorOf,
  lockTiny,
  succeeded,
  tinyConnector,
  tinyStack,
} from "./tiny.ts";

/**
 * What a tool call costs: each transport, the server asked directly by a client that keeps its
 * session, through LiteLLM by itself, and through edge, proxy, guard and relay, at 1, 8 and 32
 * clients. The three take turns in short blocks. Prints a table, the goals, and the ratios to
 * LiteLLM by itself: the goals were set on a machine where it takes 20.5 ms and 74 calls/s (facts
 * §7b, with one certificate), and what it takes here is printed beside.
 */
const seconds = Number(process.env["SECONDS_EACH"] ?? 3);
const rounds = Number(process.env["ROUNDS"] ?? 4);
const crowds = [1, 8, 32];
const ports: Readonly<Record<Transport, number>> = { sse: 28_951, http: 28_952, stdio: 28_953 };
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

/** A client of LiteLLM's, with a request a call. */
function through(door: Door, transport: Transport): Promise<Caller> {
  const call = { name: `${transport}-echo`, arguments: { text: "hello" } };
  return Promise.resolve({
    call: async () => {
      const text = await ask(door, "tools/call", call);
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

interface Way {
  readonly name: string;
  readonly caller: (transport: Transport) => Promise<Caller>;
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
let remove = async (): Promise<void> => Promise.resolve();
try {
  await lockTiny(project, transports);
  succeeded(await project.pulumi("up", "--yes", "--skip-preview"));
  const gateway = await doorOf(project);
  const bare = await bareLitellm(
    resolve(project.directory, "bare"),
    4923,
    "bench-transports-mcp-litellm-proxy",
    {
      sse: { transport: "sse", url: "http://mcp-sse:9000/sse" },
      http: { transport: "http", url: "http://mcp-http:9000/mcp" },
      stdio: { transport: "http", url: "http://mcp-stdio:8080/mcp" },
    },
  );
  remove = bare.remove;
  const ways: readonly Way[] = [
    { name: "direct", caller: direct },
    { name: "LiteLLM", caller: (transport) => through(bare, transport) },
    { name: "gateway", caller: (transport) => through(gateway, transport) },
  ];
  const rows = [
    ["transport", "clients", ...ways.flatMap(({ name }) => [`${name} p50 / p95, ms`, "calls/s"])],
  ];
  const took = new Map<string, { p50: number; rate: number }>();
  for (const transport of transports) {
    // The first calls make what later ones find: connections, caches, a session of the server's.
    for (const { caller } of ways) await block(() => caller(transport), 1);
    for (const crowd of crowds) {
      const times = ways.map((): number[] => []);
      for (let round = 0; round < rounds; round++)
        for (const [at, { caller }] of ways.entries())
          times[at]?.push(...(await block(() => caller(transport), crowd)));
      const row = [transport, String(crowd)];
      for (const [at, { name }] of ways.entries()) {
        const own = times[at] ?? [];
        const p50 = quantile(own, 0.5);
        const rate = own.length / seconds / rounds;
        took.set(`${name} ${transport} ${crowd}`, { p50, rate });
        row.push(`${p50.toFixed(1)} / ${quantile(own, 0.95).toFixed(1)}`, rate.toFixed(0));
      }
      rows.push(row);
      process.stderr.write(`  ${row.join("  ")}\n`);
    }
  }
  process.stdout.write(markdown(rows));
  const of = (name: string, crowd: number) =>
    took.get(`${name} sse ${crowd}`) ?? { p50: 0, rate: 0 };
  const [one, eight] = [of("gateway", 1), of("gateway", 8)];
  const [alone, aloneEight] = [of("LiteLLM", 1), of("LiteLLM", 8)];
  process.stdout.write(
    `\nsse through the gateway: p50 ${one.p50.toFixed(1)} ms at 1 client (goal 22), ${eight.rate.toFixed(0)} calls/s at 8 (goal 70)\n` +
      `LiteLLM by itself, here: p50 ${alone.p50.toFixed(1)} ms (where the goal was set: 20.5), ${aloneEight.rate.toFixed(0)} calls/s (74)\n` +
      `ratio: ${(one.p50 / alone.p50).toFixed(2)} of its time (goal 1.07), ${(eight.rate / aloneEight.rate).toFixed(2)} of its calls (goal 0.95)\n`,
  );
} finally {
  await remove();
  await project.pulumi("destroy", "--yes", "--skip-preview");
}
