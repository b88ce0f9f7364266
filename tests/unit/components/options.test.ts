import { optional } from "../../../config/common/optional.ts";
import { exampleConfig, modelOf } from "../../support/config.ts";
import { recordGateway } from "../../support/record-gateway.ts";
import { type Recording, reveal } from "../../support/recorder.ts";

const run = (raw: Record<string, unknown>): Promise<Recording> => recordGateway(modelOf(raw));

let recording: Recording;
beforeAll(async () => {
  recording = await run(exampleConfig());
});

it("begins every child's name with its parent's", () => {
  const children = recording.resources.filter(({ options }) => options.parent !== undefined);
  expect(children.length).toBeGreaterThan(40);
  expect(
    children.filter(({ name, options }) => !name.startsWith(`${options.parent ?? ""}-`)),
  ).toEqual([]);
  expect(
    recording.resources
      .filter(({ options }) => options.parent === undefined)
      .map(({ type, name }) => [type, name]),
  ).toEqual([
    ["mcp-gateway:index:Gateway", "gateway"],
    ["pulumi:providers:docker", "docker-host"],
  ]);
});

it("uses three-part type tokens of its own package for its components", () => {
  const types = recording.resources.filter(({ custom }) => !custom).map(({ type }) => type);
  expect([...new Set(types)].sort()).toEqual([
    "mcp-gateway:access:VirtualKey",
    "mcp-gateway:connector:Connector",
    "mcp-gateway:database:DedicatedPostgres",
    "mcp-gateway:database:SamplesPostgres",
    "mcp-gateway:edge:Edge",
    "mcp-gateway:image:Images",
    "mcp-gateway:index:Gateway",
    "mcp-gateway:litellm:LitellmProxy",
    "mcp-gateway:litellm:ProxyEgress",
    "mcp-gateway:model:MockModel",
    "mcp-gateway:network:Networks",
    "mcp-gateway:relay:Relay",
    "mcp-gateway:verification:Verification",
  ]);
});

it("passes the Docker provider to every Docker resource and to nothing else", () => {
  for (const { name, type, provider } of recording.resources)
    expect([name, provider]).toEqual([
      name,
      type.startsWith("docker:") ? "docker-host" : undefined,
    ]);
});

it.each([
  [undefined, true],
  [false, true],
  [true, false],
])("destroyData %s: the data volume's retainOnDelete is %s", async (destroyData, retained) => {
  const database = { samples: ["planets"], ...optional({ destroyData }) };
  const { ofType } = await run({ ...exampleConfig(), database });
  const volumes = ofType("docker:index/volume:Volume");
  expect(volumes.map(({ inputs, options }) => [inputs, options.retainOnDelete])).toEqual([
    // No labels: a later change of one would replace the volume, and with it the data.
    [{ name: "mcp_gateway_pgdata" }, retained],
  ]);
});

it("retains nothing but the volume", () => {
  expect(
    recording.resources
      .filter(({ options }) => options.retainOnDelete === true)
      .map(({ name }) => name),
  ).toEqual(["gateway-postgres-volume"]);
});

it("makes networks of its own: one that publishes, one within, one for each connector", () => {
  const made = recording.ofType("docker:index/network:Network");
  const labels = [{ label: "com.docker.compose.project", value: "mcp-gateway" }];
  const bridge = (name: string, subnet?: string, gateway?: string) => ({
    name,
    driver: "bridge",
    labels,
    ...(subnet === undefined ? {} : { ipamConfigs: [{ subnet, gateway }] }),
  });
  expect(made.map(({ inputs }) => inputs)).toEqual([
    bridge("mcp-gateway-net-c-notes", "10.231.21.0/28", "10.231.21.1"),
    bridge("mcp-gateway-net-c-planets", "10.231.15.48/28", "10.231.15.49"),
    bridge("mcp-gateway-net-c-reports", "10.231.51.240/28", "10.231.51.241"),
    bridge("mcp-gateway-net"),
    {
      ...bridge("mcp-gateway-net-inner", "10.231.0.0/24", "10.231.0.1"),
      internal: true,
      options: { "com.docker.network.bridge.inhibit_ipv4": "true" },
    },
  ]);
  // With the same name the new one cannot be there beside the old one.
  expect(made.map(({ options }) => options.deleteBeforeReplace)).toEqual(made.map(() => true));
});

it("looks external networks up, and joins them to those that are listed", async () => {
  const raw = { ...exampleConfig(), externalNetworks: { "office-net": ["edge", "reports"] } };
  const { calls, one } = await run(raw);
  expect(calls).toEqual([
    { token: "docker:index/getNetwork:getNetwork", inputs: { name: "office-net" } },
  ]);
  const networks = (name: string): unknown =>
    one("docker:index/container:Container", name).inputs["networksAdvanced"];
  // Only one network knows a part by its plain name: two gateways may share an external one.
  const on = (host: string, own: string, ...external: string[]) => [
    { name: own, aliases: [host] },
    ...external.map((name) => ({ name })),
  ];
  const inner = "mcp-gateway-net-inner";
  expect(networks("gateway-edge-container")).toEqual(
    on("mcp-edge", "mcp-gateway-net", inner, "office-net"),
  );
  expect(networks("gateway-connector-reports-container")).toEqual(
    on("mcp-reports", "mcp-gateway-net-c-reports", "office-net"),
  );
  expect(networks("gateway-connector-planets-container")).toEqual(
    on("mcp-planets", "mcp-gateway-net-c-planets"),
  );
  for (const [part, host] of [
    ["relay", "mcp-relay"],
    ["proxy", "mcp-litellm-proxy"],
    ["postgres", "mcp-litellm-postgres"],
    ["mock-model", "mcp-mock-model"],
  ] as const)
    expect(networks(`gateway-${part}-container`)).toEqual(on(host, inner));
});

it("puts namePrefix before every container's name and leaves its DNS names alone", async () => {
  const { ofType } = await run({ ...exampleConfig(), namePrefix: "staging-" });
  const containers = ofType("docker:index/container:Container");
  const bare = recording.ofType("docker:index/container:Container");
  expect(containers.map(({ inputs }) => inputs["name"])).toEqual(
    bare.map(({ inputs }) => `staging-${String(inputs["name"])}`),
  );
  expect(containers.map(({ inputs }) => inputs["networksAdvanced"])).toEqual(
    bare.map(({ inputs }) => inputs["networksAdvanced"]),
  );
  const scripts = ofType("command:local:Command").map(({ inputs }) => String(inputs["create"]));
  const named = scripts.flatMap(
    (text) => text.match(/^(CONTAINERS?|PROXY|DATABASE)='.*'$/gm) ?? [],
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((line) => !/='staging-/.test(line))).toEqual([]);
});

it("looks nothing up without external networks", () => {
  expect(recording.calls).toEqual([]);
});

it("waits for what it needs: keys for the proxy, kept secrets for the database", () => {
  const links = ["notes", "planets", "reports"].map((id) => `gateway-relay-link-${id}`);
  const depends = recording.resources.filter(({ options }) => options.dependsOn.length > 0);
  expect(Object.fromEntries(depends.map(({ name, options }) => [name, options.dependsOn]))).toEqual(
    {
      "gateway-candidate": ["gateway-proxy-ready", "gateway-ready", ...links],
      "gateway-key-all-grant": ["gateway-proxy-ready"],
      "gateway-key-all-kept": ["gateway-postgres-ready"],
      "gateway-key-nobody-grant": ["gateway-proxy-ready"],
      "gateway-key-nobody-kept": ["gateway-postgres-ready"],
      "gateway-key-purge": ["gateway-proxy-ready"],
      "gateway-master-key-kept": ["gateway-postgres-ready"],
      "gateway-salt-key-check": ["gateway-postgres-home"],
      "gateway-salt-key-kept": ["gateway-postgres-ready"],
      "gateway-verification-run": ["gateway-key-purge", ...links],
    },
  );
});

it("replaces rendered files by writing the new directory first", () => {
  const replaced = recording.resources.filter(({ options }) =>
    options.replaceOnChanges?.includes("delete"),
  );
  expect(replaced.map(({ name, options }) => [name, options.deleteBeforeReplace])).toEqual([
    ["gateway-connector-planets-samples-config", false],
    ["gateway-connector-files", false],
    ["gateway-proxy-config", false],
    ["gateway-proxy-egress-container-config", false],
    ["gateway-mock-model-config", false],
  ]);
});

it("runs commands on a local host with /bin/sh against the configured engine", () => {
  const commands = recording.ofType("command:local:Command");
  for (const { name, inputs } of commands) {
    expect([name, inputs["interpreter"]]).toEqual([name, ["/bin/sh", "-c"]]);
    if (name !== "gateway-verification-run")
      for (const key of ["create", "delete"])
        if (key in inputs)
          expect(String(inputs[key])).toMatch(
            /^export DOCKER_HOST='unix:\/\/\/var\/run\/docker\.sock'\n/,
          );
  }
  expect(recording.ofType("command:remote:Command")).toEqual([]);
});

describe("the edge", () => {
  const edgeOf = (change: Record<string, unknown>) => run({ ...exampleConfig(), ...change });
  const container = (of: Recording) =>
    of.one("docker:index/container:Container", "gateway-edge-container").inputs;
  const config = (of: Recording) =>
    of.one("command:local:Command", "gateway-edge-config").inputs as Record<string, unknown>;

  it("is the same container and the same command whatever it lets in: a reload, no restart", async () => {
    const before = await edgeOf({});
    const after = await edgeOf({
      keys: {},
      edge: { hosts: ["a.test"], sources: ["10.0.0.0/8"], limits: { requestsPerMinute: 1 } },
    });
    expect(container(after)).toEqual(container(before));
    expect({ ...config(after), stdin: "" }).toEqual({ ...config(before), stdin: "" });
    expect(reveal(config(after)["stdin"])).not.toEqual(reveal(config(before)["stdin"]));
  });

  it("publishes the admin port on the host's loopback, whatever the gateway is bound to", async () => {
    const of = await edgeOf({ gateway: { bind: "0.0.0.0", adminPort: 4001 } });
    expect(container(of)["ports"]).toEqual([
      { internal: 4000, external: 4000, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 4001, external: 4001, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 25552, external: 48020, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 20975, external: 48011, ip: "127.0.0.1", protocol: "tcp" },
    ]);
  });
});
