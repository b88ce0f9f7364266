import * as docker from "@pulumi/docker";
import { Gateway } from "../../../components/gateway.ts";
import { Words } from "../../../components/host/words.ts";
import { lock, modelOf } from "../../support/config.ts";
import { type Recording, record } from "../../support/recorder.ts";

const definition = (mode: string) => ({
  ...{ title: "T", description: "t", transport: "stdio", image: "example/tool:1" },
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
      externalNetworks: { world: ["web"] },
      connectors: {
        dumb: { definition: definition("none"), hostPort: 48020, inputs },
        web: { definition: definition("filtered"), inputs },
      },
    },
    { version: 1, connectors: { "connector:dumb": locked, "connector:web": locked } },
  );
  recording = await record(() => {
    const provider = new docker.Provider("docker-host", { host: "unix:///var/run/docker.sock" });
    new Gateway("gateway", model, new Words(), { providers: [provider] });
    return {};
  }, "test");
});

const container = (name: string) =>
  recording.one("docker:index/container:Container", `gateway-connector-${name}`).inputs;
const networks = (name: string) =>
  (container(name)["networksAdvanced"] as { name: string; aliases?: string[] }[]).map((network) => [
    network.name,
    ...(network.aliases ?? []),
  ]);

it("gives every connector without a free way out a network of its own, without any", () => {
  const made = recording.ofType("docker:index/network:Network").map(({ inputs }) => inputs);
  expect(made.map(({ name, internal }) => [name, internal])).toEqual([
    ["mcp-gateway-net-dumb", true],
    ["mcp-gateway-net-web", true],
    ["mcp-gateway-net", undefined],
  ]);
});

it("puts the server there alone, the door in its place, and the proxy in between", () => {
  expect(networks("dumb-container")).toEqual([["mcp-gateway-net-dumb", "mcp-dumb-server"]]);
  expect(networks("dumb-cell-door")).toEqual([
    ["mcp-gateway-net", "mcp-dumb"],
    ["mcp-gateway-net-dumb"],
  ]);
  expect(networks("web-container")).toEqual([["mcp-gateway-net-web", "mcp-web-server"]]);
  expect(networks("web-cell-egress")).toEqual([
    ["mcp-gateway-net-web", "mcp-web-egress"],
    ["mcp-gateway-net"],
    ["world"],
  ]);
});

it("publishes the port at the door, and nothing at the server", () => {
  expect(container("dumb-container")["ports"]).toEqual([]);
  expect(container("dumb-cell-door")["ports"]).toEqual([
    { internal: 8080, external: 48020, ip: "127.0.0.1", protocol: "tcp" },
  ]);
});

it("leaves the server no name server and only the capabilities that say why", () => {
  expect(container("dumb-container")["dns"]).toEqual(["127.0.0.1"]);
  expect(container("dumb-container")["capabilities"]).toEqual({ drops: ["ALL"], adds: ["CHOWN"] });
  expect(container("dumb-cell-door")["capabilities"]).toEqual({ drops: ["ALL"] });
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
