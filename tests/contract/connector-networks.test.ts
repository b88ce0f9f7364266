import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { egressConfig } from "../../components/connectors/egress-config.ts";
import { relayFiles, upstreams } from "../../components/relay/relay-config.ts";
import { lockTools } from "../../config/connectors/tools-lock.ts";
import { configSchema } from "../../config/schema.ts";
import { modelOf } from "../support/config.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  images,
  removeAll,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { inCheckout } from "../support/paths.ts";
import { scratch } from "../support/shell.ts";
import { type Topology, topologyOf } from "../support/topology.ts";

jest.setTimeout(240_000);

const secret = "what only LiteLLM has";
const kinds = ["none", "filtered", "open"] as const;
type Kind = (typeof kinds)[number];

const definition = (mode: string) => ({
  title: "T",
  description: "t",
  transport: "http",
  image: "example/tool:1",
  port: 8080,
  command: ["tool"],
  egress: { mode, reason: "it is a test", allow: ["*"] },
  verify: { tool: "ping", expect: "." },
});
const ids = [...kinds, "other"] as const;
const tools = lockTools([{ name: "ping", description: "pings", inputSchema: {} }]);
const run = testName("net", "attack");
const model = modelOf(
  {
    network: run,
    // One of sixteen: a run that was interrupted leaves its networks.
    networkRange: `10.${192 + Math.floor(Math.random() * 16)}.0.0/20`,
    connectors: Object.fromEntries(
      ids.map((id) => [id, { definition: definition(id === "other" ? "none" : id) }]),
    ),
  },
  {
    version: 1,
    connectors: Object.fromEntries(
      ids.map((id) => [`connector:${id}`, { image: "example/tool:1", tools }]),
    ),
  },
);

/** A part of the gateway or a server: takes connections on these ports, and answers HTTP. */
const listener = `
import http.server, sys, threading
class Here(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = sys.argv[1].encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST
    def log_message(self, *args): pass
servers = [http.server.ThreadingHTTPServer(("0.0.0.0", int(port)), Here) for port in sys.argv[2:]]
for server in servers[1:]: threading.Thread(target=server.serve_forever).start()
servers[0].serve_forever()
`;

interface Target {
  readonly what: string;
  readonly kind: "tcp" | "http" | "through" | "tunnel" | "name";
  readonly host: string;
  readonly port: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly proxy?: string;
}

describeWithDocker("an attacker in a connector of each kind of egress", () => {
  const place = scratch();
  const name = (what: string) => `${run}-${what}`;
  const parts = {
    edge: { resource: "gateway-edge-container", ports: [4000, 4001] },
    proxy: { resource: "gateway-proxy-container", ports: [4000] },
    postgres: { resource: "gateway-postgres-container", ports: [5432] },
    model: { resource: "gateway-mock-model-container", ports: [9200] },
  } as const;
  const containers = [...Object.keys(parts), ...ids, "relay", "filtered-egress"].map(name);
  let topology: Topology | undefined;
  const host = createServer((socket) => {
    socket.on("error", () => undefined).end(run, () => socket.destroy());
  });

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    topology = await topologyOf(model);
    const { options, join: joinRest, link } = topology;
    const python = (ports: readonly number[]) => [
      image(images.python),
      "python3",
      "-c",
      listener,
      run,
      ...ports.map(String),
    ];
    for (const [part, { resource, ports }] of Object.entries(parts)) {
      await start(name(part), [...options(resource), ...python(ports)]);
      await joinRest(resource, name(part));
    }
    for (const id of ids)
      await start(name(id), [...options(`gateway-connector-${id}-container`), ...python([8080])]);

    const relay = join(place.path, "relay");
    mkdirSync(relay);
    for (const file of relayFiles(upstreams(model.connectors), secret, ""))
      writeFileSync(join(relay, file.name), file.content, { mode: 0o644 });
    await start(name("relay"), [
      ...options("gateway-relay-container"),
      "--user",
      "99:99",
      "--read-only",
      "--volume",
      `${relay}:/etc/mcp-gateway:ro`,
      image(images.haproxy),
      "haproxy",
      "-W",
      "-db",
      "-f",
      "/etc/mcp-gateway/haproxy.cfg",
    ]);
    // Twice: it may be there already.
    for (const id of [...ids, ...ids]) link(id, name("relay"));

    writeFileSync(
      join(place.path, "egress.cfg"),
      egressConfig({ mode: "filtered", allow: ["*"], private: [] }),
      { mode: 0o644 },
    );
    await start(name("filtered-egress"), [
      ...options("gateway-connector-filtered-cell-egress"),
      "--user",
      "13:13",
      "--read-only",
      "--tmpfs",
      "/tmp:size=4m",
      "--volume",
      `${place.path}:/c:ro`,
      "--entrypoint",
      "squid",
      image(configSchema.parse({}).egressProxy.image),
      "-N",
      "-f",
      "/c/egress.cfg",
    ]);
    await joinRest("gateway-connector-filtered-cell-egress", name("filtered-egress"));
    await until(name("filtered-egress"), 30, async () => {
      const probe = ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3128"];
      return (await docker(["exec", name("filtered-egress"), ...probe])).code === 0;
    });
    await new Promise<void>((done) => host.listen(0, "0.0.0.0", done));
  });

  afterAll(async () => {
    await new Promise((done) => host.close(done));
    await removeAll(containers, topology?.networks ?? []);
    place.remove();
  });

  /** Network → address of a container on it. */
  async function addresses(container: string): Promise<Record<string, string>> {
    const format =
      "{{range $name, $n := .NetworkSettings.Networks}}{{$name}} {{$n.IPAddress}}\n{{end}}";
    const lines = (await dockerOk(["inspect", "--format", format, container])).split("\n");
    return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(" "))) as never;
  }

  async function attack(from: string, targets: readonly Target[]): Promise<string[]> {
    const script = readFileSync(inCheckout("tests/support/attacker.py"), "utf8");
    const said = await dockerOk(
      ["exec", "-i", from, "python3", "-c", script],
      JSON.stringify({ mark: run, targets }),
    );
    return JSON.parse(said) as string[];
  }

  const relayPort = (id: string): number =>
    Number(new URL(model.connectors.find((one) => one.id === id)?.url ?? "").port);

  it("reaches every connector from LiteLLM's place, with the secret: the table is not empty talk", async () => {
    const headers = { "x-mcp-gateway-relay": secret };
    const targets = ids.map((id) => ({
      ...({ what: id, kind: "http", host: "mcp-relay", port: relayPort(id), headers } as const),
    }));
    await until(name("relay"), 20, async () =>
      (await attack(name("proxy"), targets)).every((status) => status === "200"),
    );
    // The proxy itself has no way to a connector, to the host or out.
    expect(
      await attack(name("proxy"), [
        { what: "", kind: "tcp", host: "mcp-other", port: 8080 },
        { what: "", kind: "tcp", host: "198.51.100.1", port: 80 },
        { what: "", kind: "tcp", host: "169.254.169.254", port: 80 },
      ]),
    ).toEqual(["no such name", "EHOSTUNREACH", "EHOSTUNREACH"]);
  });

  /** Everything of the deployment but the connector itself, by every name and address. */
  async function targetsOf(kind: Kind): Promise<Target[]> {
    const own = `${run}-c-${kind}`;
    const relay = (await addresses(name("relay")))[own] ?? "";
    const others = ids.filter((id) => id !== kind);
    const bridges = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    const subnet = model.subnets.connectors[kind] ?? "";
    const ownGateway = subnet.replace(/\d+\/28$/, (last) => String(Number.parseInt(last, 10) + 1));
    const { port } = host.address() as AddressInfo;
    const there = async (
      what: string,
      container: string,
      hostName: string,
      ports: readonly number[],
    ) => {
      const all = Object.entries(await addresses(container)).filter(([network]) => network !== own);
      return ports.flatMap((one): Target[] => [
        { what: `${what} by name`, kind: "tcp", host: hostName, port: one },
        { what: `${what} by its container's name`, kind: "tcp", host: container, port: one },
        ...all.map(([, address]): Target => ({
          what: `${what} by address`,
          kind: "tcp",
          host: address,
          port: one,
        })),
      ]);
    };
    const relayPorts = ids.map(relayPort);
    const wrong = [
      {},
      { "x-mcp-gateway-relay": "guessed" },
      { "x-mcp-gateway-relay": "" },
      { Authorization: `Bearer sk-${"x".repeat(40)}` },
    ];
    return [
      ...relayPorts.flatMap((one) =>
        wrong.map((headers, at): Target => ({
          what: `relay, ${at === 0 ? "without a secret" : "with a wrong one"}`,
          kind: "http",
          host: relay,
          port: one,
          headers,
        })),
      ),
      { what: "relay's other ports", kind: "tcp", host: relay, port: 8404 },
      ...(
        await Promise.all(
          others.map((id) => there("another connector", name(id), `mcp-${id}`, [8080])),
        )
      ).flat(),
      ...(kind === "filtered"
        ? []
        : await there("another's way out", name("filtered-egress"), "mcp-filtered-egress", [3128])),
      ...(await there("LiteLLM", name("proxy"), "mcp-litellm-proxy", [4000])),
      ...(await there("PostgreSQL", name("postgres"), "mcp-litellm-postgres", [5432])),
      ...(await there("mock model", name("model"), "mcp-mock-model", [9200])),
      ...(await there("edge", name("edge"), "mcp-edge", [4000, 4001])),
      { what: "the Docker host, own gateway address", kind: "tcp", host: ownGateway, port },
      {
        what: "the Docker host, inner gateway address",
        kind: "tcp",
        host: model.subnets.inner.replace(/0\/24$/, "1"),
        port,
      },
      ...bridges.map(({ address }): Target => ({
        what: "the Docker host, its other addresses",
        kind: "tcp",
        host: address,
        port,
      })),
      { what: "a metadata service", kind: "tcp", host: "169.254.169.254", port: 80 },
      { what: "the internet, by address", kind: "tcp", host: "198.51.100.1", port: 80 },
      { what: "a foreign name", kind: "name", host: "example.org", port: 80 },
    ];
  }

  /** The same by way of the connector's own proxy. */
  const throughProxy = (targets: readonly Target[]): Target[] =>
    targets
      .filter(({ what }) => !what.startsWith("relay"))
      .flatMap((target): Target[] => {
        const proxy = "mcp-filtered-egress";
        const what = `${target.what}, through its proxy`;
        return [
          { ...target, what, kind: "through", proxy },
          { ...target, what, kind: "tunnel", proxy },
        ];
      });

  const table = new Map<string, Map<Kind, string>>();
  const reached = (seen: string): boolean => seen === "reached" || /^[1-35]|^40[0124-9]/.test(seen);
  /** What open egress is: the way out of a container, and the host by all its addresses. */
  const ownWayOut = /^(the Docker host|a metadata service|the internet|a foreign name)/;

  it.each(kinds)("%s: reaches nothing but its own way out", async (kind) => {
    const direct = await targetsOf(kind);
    const targets = kind === "filtered" ? [...direct, ...throughProxy(direct)] : direct;
    const seen = await attack(name(kind), targets);
    const found = targets.map((target, at) => ({ ...target, seen: seen[at] ?? "" }));
    for (const { what, seen: came } of found) {
      const row = table.get(what) ?? new Map<Kind, string>();
      const words = reached(came) ? "reached" : "refused";
      const told = kind === "open" && ownWayOut.test(what) ? "its way out" : words;
      // The worst of several.
      if (row.get(kind) !== "reached") row.set(kind, told);
      table.set(what, row);
    }
    const bad = found.filter(
      ({ what, seen: came }) => reached(came) && !(kind === "open" && ownWayOut.test(what)),
    );
    expect(bad).toEqual([]);
    // Nobody is there to ask, where egress is closed.
    if (kind === "none") expect(found.filter(({ seen: came }) => came === "no answer")).toEqual([]);
    const addresses = await dockerOk(["exec", name(kind), "cat", "/proc/net/if_inet6"]).catch(
      () => "",
    );
    expect(addresses.split("\n").filter((line) => line !== "" && !line.endsWith(" lo"))).toEqual(
      [],
    );
  });

  it("is written down where it was refused", async () => {
    const log = await dockerOk(["logs", name("relay")]);
    const refusals = log.split("\n").filter((line) => line.includes('"refused":"caller"'));
    // Four ways at four ports, from three connectors.
    expect(refusals).toHaveLength(48);
    process.stdout.write(
      `\n    | target | ${kinds.join(" | ")} |\n    | --- | --- | --- | --- |\n${[...table]
        .map(
          ([what, row]) =>
            `    | ${what} | ${kinds.map((kind) => row.get(kind) ?? "-").join(" | ")} |`,
        )
        .join("\n")}\n`,
    );
  });

  it("is off a network before that is removed, and the network goes", async () => {
    for (const times of [1, 2]) {
      topology?.unlink("none", name("relay"));
      expect([times, Object.keys(await addresses(name("relay")))]).not.toContain(`${run}-c-none`);
    }
    await docker(["rm", "--force", name("none")]);
    expect((await docker(["network", "rm", `${run}-c-none`])).code).toBe(0);
    // Neither a network nor a container that is gone is a reason to fail.
    topology?.unlink("none", name("relay"));
    topology?.unlink("open", name("gone"));
  });
});
