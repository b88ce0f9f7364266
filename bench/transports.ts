import { rmSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { run } from "../components/host/exec.ts";
import { connectorNetworks } from "../config/common/names.ts";
import { bareLitellm, containerOf } from "./lib/bare.ts";
import { scratch } from "./lib/checkout.ts";
import { markdown, quantile } from "./lib/figures.ts";
import {
  type Access,
  type Transport,
  ask,
  accessOf,
  lockTiny,
  succeeded,
  tinyCommand,
  tinyConnector,
  tinyStack,
} from "./lib/tiny.ts";

/**
 * What a tool call costs: each transport, and a stdio server that LiteLLM starts itself, asked
 * directly by a client that keeps its session, through LiteLLM by itself, and through edge, proxy,
 * guard and relay, at 1, 8 and 32 clients. The three take turns in short blocks. Prints a table, the
 * goals, and the ratios to LiteLLM by itself: the goals were set on a machine where it takes 20.5 ms
 * and 74 calls/s with one certificate (docs/litellm-1.77.3.md#call-cost), and what it takes here is
 * printed beside.
 */
const seconds = Number(process.env["SECONDS_EACH"] ?? 3);
const rounds = Number(process.env["ROUNDS"] ?? 4);
const crowds = [1, 8, 32];
/** Of each server in its container. */
const ports: Readonly<Record<Transport, number>> = { sse: 9000, http: 9000, stdio: 8080 };
const transports = Object.keys(ports) as Transport[];
/** `inside`: with `placement: gateway`. */
type Place = Transport | "inside";
const places: readonly Place[] = [...transports, "inside"];
const proxy = "bench-transports-mcp-litellm-proxy";
/** The tiny server in LiteLLM's own container. */
const inside = tinyCommand("stdio", "python3");

type Call = () => Promise<void>;
interface Caller {
  readonly call: Call;
  readonly close: () => Promise<void>;
}

/** Where this machine reaches a server without any gateway: its network leads out, and so in. */
async function addressOf(place: Transport): Promise<string> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const name = `bench-transports-mcp-${place}`;
  return (await run("docker", ["inspect", "--format", format, name])).stdout.trim();
}

async function direct(place: Place): Promise<Caller> {
  const client = new Client({ name: "bench", version: "1.0.0" });
  if (place === "inside") {
    const args = ["exec", "-i", await containerOf(proxy), ...inside];
    await client.connect(new StdioClientTransport({ command: "docker", args }));
  } else {
    const base = `http://${await addressOf(place)}:${ports[place]}`;
    await client.connect(
      place === "sse"
        ? // Deprecated, and what servers like postgres-mcp still speak: it is what is measured here.
          // eslint-disable-next-line @typescript-eslint/no-deprecated
          new SSEClientTransport(new URL("/sse", base))
        : new StreamableHTTPClientTransport(new URL("/mcp", base)),
    );
  }
  return {
    call: async () => {
      const answer = await client.callTool({ name: "echo", arguments: { text: "hello" } });
      if (!JSON.stringify(answer.content).includes("hello")) throw new Error("a wrong answer");
    },
    close: () => client.close(),
  };
}

/** A client of LiteLLM's, with a request a call. */
function through(access: Access, place: Place): Promise<Caller> {
  const call = { name: `${place}-echo`, arguments: { text: "hello" } };
  return Promise.resolve({
    call: async () => {
      const text = await ask(access, "tools/call", call);
      if (!text.includes('"hello"')) throw new Error(`a wrong answer: ${text.slice(0, 300)}`);
    },
    close: () => Promise.resolve(),
  });
}

interface Block {
  /** What each call took, in ms. */
  readonly times: readonly number[];
  /** Seconds until the last one was answered. */
  readonly lasted: number;
}

/** Calls for some seconds with a crowd of callers. */
async function block(make: () => Promise<Caller>, crowd: number): Promise<Block> {
  const callers = await Promise.all(Array.from({ length: crowd }, make));
  const start = performance.now();
  const end = start + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    callers.map(async ({ call }) => {
      while (performance.now() < end) {
        const began = performance.now();
        await call();
        times.push(performance.now() - began);
      }
    }),
  );
  const lasted = (performance.now() - start) / 1000;
  for (const { close } of callers) await close();
  return { times, lasted };
}

interface Way {
  readonly name: string;
  readonly caller: (place: Place) => Promise<Caller>;
}

rmSync(scratch("bench-transports"), { recursive: true, force: true });
const project = await tinyStack(
  "bench-transports",
  4921,
  {
    ...Object.fromEntries(transports.map((transport) => [transport, tinyConnector(transport)])),
    inside: { ...tinyConnector("stdio", inside), placement: "gateway" },
  },
  // A process for each of 32 clients at once.
  { proxy: { memoryMb: 6144 } },
);
let remove = async (): Promise<void> => Promise.resolve();
try {
  await lockTiny(project, transports, ["inside"]);
  succeeded(await project.pulumi("up", "--yes", "--skip-preview"));
  const gateway = await accessOf(project);
  const [command, ...args] = inside;
  const network = "mcp-gateway-bench-transports-net";
  const own = transports.map((transport) => connectorNetworks(network) + transport);
  const bare = await bareLitellm(join(project.directory, "bare"), 4923, proxy, [network, ...own], {
    sse: { transport: "sse", url: "http://mcp-sse:9000/sse" },
    http: { transport: "http", url: "http://mcp-http:9000/mcp" },
    stdio: { transport: "http", url: "http://mcp-stdio:8080/mcp" },
    inside: { transport: "stdio", command, args },
  });
  remove = bare.remove;
  const ways: readonly Way[] = [
    { name: "direct", caller: direct },
    { name: "LiteLLM", caller: (place) => through(bare, place) },
    { name: "gateway", caller: (place) => through(gateway, place) },
  ];
  const rows = [
    ["transport", "clients", ...ways.flatMap(({ name }) => [`${name} p50 / p95, ms`, "calls/s"])],
  ];
  const took = new Map<string, { p50: number; rate: number }>();
  for (const place of places) {
    // The first calls make what later ones find: connections, caches, a session of the server's.
    for (const { caller } of ways) await block(() => caller(place), 1);
    for (const crowd of crowds) {
      const blocks = ways.map((): Block[] => []);
      for (let round = 0; round < rounds; round++)
        for (const [at, { caller }] of ways.entries())
          blocks[at]?.push(await block(() => caller(place), crowd));
      const row = [place, String(crowd)];
      for (const [at, { name }] of ways.entries()) {
        const own = blocks[at]?.flatMap(({ times }) => times) ?? [];
        const lasted = blocks[at]?.reduce((sum, block) => sum + block.lasted, 0) ?? 0;
        const p50 = quantile(own, 0.5);
        const rate = own.length / lasted;
        took.set(`${name} ${place} ${crowd}`, { p50, rate });
        row.push(
          `${p50.toFixed(1)} / ${quantile(own, 0.95).toFixed(1)}`,
          rate.toFixed(rate < 10 ? 1 : 0),
        );
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
