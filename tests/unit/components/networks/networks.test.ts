import { lock, modelOf } from "../../../support/config.ts";
import { recordGateway } from "../../../support/record-gateway.ts";
import { type Recording } from "../../../support/recorder.ts";

const definition = (mode: string) => ({
  title: "T",
  description: "t",
  transport: "stdio",
  image: "example/tool:1",
  command: ["tool"],
  inputs: { place: { type: "hostPath", mount: "/p", env: "PLACE", description: "where" } },
  capabilities: [{ add: "CHOWN", reason: "it is a test" }],
  egress: { mode, reason: "it is a test", allow: ["example.org"] },
  verify: { tool: "add", expect: "." },
});

let recording: Recording;
beforeAll(async () => {
  const locked = { image: "example/tool:1", tools: lock.connectors["notes"]?.tools ?? {} };
  const inputs = { place: "/srv/tool" };
  const model = modelOf(
    {
      externalNetworks: { world: ["web", "free"] },
      connectors: {
        dumb: { definition: definition("none"), hostPort: 48020, inputs },
        web: { definition: definition("filtered"), inputs },
        free: { definition: definition("open"), inputs },
      },
    },
    {
      version: 1,
      connectors: {
        "connector:dumb": locked,
        "connector:web": locked,
        "connector:free": locked,
      },
    },
  );
  recording = await recordGateway(model);
});

const container = (name: string) =>
  recording.one("docker:index/container:Container", `gateway-connector-${name}`).inputs;
const networks = (name: string) =>
  (container(name)["networksAdvanced"] as { name: string; aliases?: string[] }[]).map((network) => [
    network.name,
    ...(network.aliases ?? []),
  ]);

it("gives every connector a network of its own, which leads out only where egress is open", () => {
  const made = recording.ofType("docker:index/network:Network").map(({ inputs }) => inputs);
  const inhibited = { "com.docker.network.bridge.inhibit_ipv4": "true" };
  expect(made.map(({ name, internal, options }) => [name, internal, options])).toEqual([
    ["mcp-gateway-net-c-dumb", true, inhibited],
    ["mcp-gateway-net-c-free", undefined, undefined],
    ["mcp-gateway-net-c-web", true, inhibited],
    ["mcp-gateway-net", undefined, undefined],
    ["mcp-gateway-net-inner", true, inhibited],
  ]);
});

it("puts the server there alone, with the proxy out where there is one", () => {
  expect(networks("dumb-container")).toEqual([["mcp-gateway-net-c-dumb", "mcp-dumb"]]);
  expect(networks("free-container")).toEqual([["mcp-gateway-net-c-free", "mcp-free"], ["world"]]);
  expect(networks("web-container")).toEqual([["mcp-gateway-net-c-web", "mcp-web"]]);
  expect(networks("web-cell-egress")).toEqual([
    ["mcp-gateway-net-c-web", "mcp-web-egress"],
    ["mcp-gateway-net"],
    ["world"],
  ]);
});

it("puts the relay there while it runs: a connector that comes or goes is no other relay", () => {
  const relay = recording.one("docker:index/container:Container", "gateway-relay-container").inputs;
  expect(relay["networksAdvanced"]).toEqual([
    { name: "mcp-gateway-net-inner", aliases: ["mcp-relay"] },
  ]);
  const links = recording
    .ofType("command:local:Command")
    .filter(({ name }) => name.startsWith("gateway-relay-link-"));
  expect(
    links.map(({ name, inputs, options }) => [
      name.replace("gateway-relay-link-", ""),
      inputs["triggers"],
      /^NETWORK='(.*)'$/m.exec(String(inputs["create"]))?.[1],
      /^NETWORK='(.*)'$/m.exec(String(inputs["delete"]))?.[1],
      options.deleteBeforeReplace,
    ]),
  ).toEqual(
    ["dumb", "free", "web"].map((id) => [
      id,
      [`gateway-networks-connector-${id}_id`, "gateway-relay-container_id"],
      `mcp-gateway-net-c-${id}`,
      `mcp-gateway-net-c-${id}`,
      true,
    ]),
  );
});

it("publishes nothing of a connector's but at the edge", () => {
  for (const name of ["dumb-container", "free-container", "web-container", "web-cell-egress"])
    expect([name, container(name)["ports"]]).toEqual([name, []]);
  const edge = recording.one("docker:index/container:Container", "gateway-edge-container").inputs;
  expect((edge["ports"] as { external: number }[]).map(({ external }) => external)).toEqual([
    4000, 48020,
  ]);
});

it("leaves the server no name server and only the capabilities that say why", () => {
  expect(container("dumb-container")["dns"]).toEqual(["127.0.0.1"]);
  expect(container("dumb-container")["capabilities"]).toEqual({ drops: ["ALL"], adds: ["CHOWN"] });
  expect(container("web-cell-egress")["capabilities"]).toEqual({ drops: ["ALL"] });
  expect(container("free-container")["dns"]).toBeUndefined();
});

it("tells a server its plain inputs, and only one with filtered egress of a proxy", () => {
  expect(container("dumb-container")["envs"]).toEqual(["PLACE=/p"]);
  expect(container("web-container")["envs"]).toEqual([
    "HTTPS_PROXY=http://mcp-web-egress:3128",
    "HTTP_PROXY=http://mcp-web-egress:3128",
    "PLACE=/p",
  ]);
  // Nothing of it is secret: there is no file for it.
  const files = recording.resources.map(({ name }) => name);
  expect(files.filter((name) => /(dumb|web)-secrets/.test(name))).toEqual([]);
});

it("mounts paths read-only", () => {
  const mounts = container("dumb-container")["mounts"] as { source: string; readOnly: boolean }[];
  expect(mounts.filter(({ source }) => source === "/srv/tool")).toMatchObject([
    { target: "/p", readOnly: true },
  ]);
});
