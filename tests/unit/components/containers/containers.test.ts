import { configSchema } from "../../../../config/schema.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";
import { recordGateway } from "../../../support/record-gateway.ts";
import { type Recorded, type Recording } from "../../../support/recorder.ts";

const CONTAINER = "docker:index/container:Container";
let recording: Recording;
let containers: readonly Recorded[];

beforeAll(async () => {
  recording = await recordGateway(modelOf(exampleConfig()));
  containers = recording.ofType(CONTAINER);
});

const input = (name: string, key: string): unknown => recording.one(CONTAINER, name).inputs[key];

it("makes one container for every service and none besides", () => {
  expect(containers.map((container) => [container.name, container.inputs["name"]])).toEqual([
    ["gateway-connector-notes-container", "mcp-notes"],
    ["gateway-connector-planets-container", "mcp-planets"],
    ["gateway-connector-reports-container", "mcp-reports"],
    ["gateway-postgres-container", "mcp-litellm-postgres"],
    ["gateway-connector-planets-samples-container", "mcp-planets-samples"],
    ["gateway-edge-container", "mcp-edge"],
    ["gateway-proxy-container", "mcp-litellm-proxy-ab12cd"],
    ["gateway-proxy-egress-container", "mcp-litellm-egress-ab12cd"],
    ["gateway-mock-model-container", "mcp-mock-model"],
    ["gateway-relay-container", "mcp-relay"],
  ]);
});

it("hardens every container in the same way", () => {
  for (const { name, inputs } of containers) {
    const { memory, memorySwap, ...rest } = inputs;
    expect([name, rest]).toEqual([
      name,
      expect.objectContaining({
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        init: true,
        restart: "unless-stopped",
        networkMode: "bridge",
        logDriver: "json-file",
        logOpts: { "max-size": "20m", "max-file": "5" },
        ulimits: [
          { name: "nofile", soft: 16384, hard: 16384 },
          { name: "nproc", soft: 4096, hard: 4096 },
        ],
        wait: false,
      }),
    ]);
    expect([name, memorySwap]).toEqual([name, memory]);
    expect(rest["destroyGraceSeconds"]).toEqual(rest["stopTimeout"]);
    for (const key of [
      "privileged",
      "pidMode",
      "ipcMode",
      "usernsMode",
      "devices",
      "hosts",
      "uploads",
    ])
      expect([name, key, key in inputs]).toEqual([name, key, false]);
  }
});

it("gives each its memory, its user and a root file system that is read-only where it can be", () => {
  expect(
    containers.map(({ inputs }) => [
      inputs["name"],
      inputs["memory"],
      inputs["user"],
      inputs["readOnly"],
    ]),
  ).toEqual([
    ["mcp-notes", 64, "1000:1000", true],
    ["mcp-planets", 64, "1000:1000", true],
    ["mcp-reports", 64, "1000:1000", true],
    ["mcp-litellm-postgres", 512, "70:70", true],
    ["mcp-planets-samples", 640, "70:70", true],
    ["mcp-edge", 128, "99:99", true],
    ["mcp-litellm-proxy-ab12cd", 2048, "0:0", true],
    ["mcp-litellm-egress-ab12cd", 128, "13:13", true],
    ["mcp-mock-model", 64, "65534:65534", true],
    ["mcp-relay", 128, "99:99", true],
  ]);
});

it("labels every container for the log collector and as this checkout's; fingerprints secrets", () => {
  const standard = [
    { label: "com.docker.compose.project", value: "mcp-gateway" },
    { label: "logging", value: "enabled" },
    { label: "mcp-gateway.files", value: "/checkout/.gateway/config" },
    { label: "mcp-gateway.word", value: "0" },
  ];
  const fingerprint = {
    label: "mcp-gateway.fingerprint",
    value: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  };
  // What it is on besides: applied.sh leaves that out of how it was made.
  const links = { label: "mcp-gateway.links", value: "mcp-gateway-net-c-" };
  const withSecrets = [
    "mcp-notes",
    "mcp-planets",
    "mcp-reports",
    "mcp-planets-samples",
    "mcp-litellm-proxy-ab12cd",
  ];
  for (const { inputs } of containers) {
    // Sorted by label: another order would be a change at every preview.
    expect([inputs["name"], inputs["labels"]]).toEqual([
      inputs["name"],
      withSecrets.includes(String(inputs["name"]))
        ? [...standard, fingerprint].sort((a, b) => (a.label < b.label ? -1 : 1))
        : inputs["name"] === "mcp-relay"
          ? [...standard, links].sort((a, b) => (a.label < b.label ? -1 : 1))
          : standard,
    ]);
  }
});

it("publishes the edge and its ports of connectors on the address they were given, and nothing else", () => {
  expect(
    containers.flatMap(({ inputs }) =>
      (inputs["ports"] as object[]).map((port) => ({ of: inputs["name"], ...port })),
    ),
  ).toEqual([
    { of: "mcp-edge", internal: 4000, external: 4000, ip: "127.0.0.1", protocol: "tcp" },
    { of: "mcp-edge", internal: 25552, external: 48020, ip: "0.0.0.0", protocol: "tcp" },
    { of: "mcp-edge", internal: 20975, external: 48011, ip: "127.0.0.1", protocol: "tcp" },
  ]);
});

it("binds host files read-only, one volume read-write, never the Docker socket", () => {
  const mounts = containers.flatMap(
    ({ inputs }) => inputs["mounts"] as { type: string; source: string; readOnly?: boolean }[],
  );
  expect(mounts.filter((mount) => mount.type === "bind" && mount.readOnly !== true)).toEqual([]);
  expect(mounts.filter((mount) => mount.type !== "bind")).toEqual([
    { type: "volume", source: "mcp_gateway_pgdata", target: "/var/lib/postgresql/data" },
  ]);
  expect(mounts.filter((mount) => mount.source.includes("docker.sock"))).toEqual([]);
});

it("has each image once, uses its id, never its name, and keeps it for a way back", () => {
  const images = recording.ofType("docker:index/remoteImage:RemoteImage");
  const byName = new Map(images.map(({ name, inputs }) => [inputs["name"], name]));
  expect(images.map(({ inputs }) => inputs)).toHaveLength(7);
  expect(images.every(({ inputs }) => inputs["keepLocally"] === true)).toBe(true);
  expect([...byName.keys()].sort()).toEqual([
    "example/notes:2.0",
    "example/postgres-mcp:1.0",
    "ghcr.io/berriai/litellm:main-v1.77.3-stable",
    "haproxy:3.0-alpine",
    "postgres:16-alpine",
    "python:3.13-alpine",
    configSchema.parse({}).egressProxy.image,
  ]);
  const wanted: Readonly<Record<string, string>> = {
    "mcp-edge": "haproxy:3.0-alpine",
    "mcp-litellm-egress-ab12cd": configSchema.parse({}).egressProxy.image,
    "mcp-litellm-postgres": "postgres:16-alpine",
    "mcp-litellm-proxy-ab12cd": "ghcr.io/berriai/litellm:main-v1.77.3-stable",
    "mcp-mock-model": "python:3.13-alpine",
    "mcp-notes": "example/notes:2.0",
    "mcp-planets": "example/postgres-mcp:1.0",
    "mcp-planets-samples": "postgres:16-alpine",
    "mcp-relay": "haproxy:3.0-alpine",
    "mcp-reports": "example/postgres-mcp:1.0",
  };
  expect(containers.map(({ inputs }) => [inputs["name"], inputs["image"]]).sort()).toEqual(
    Object.entries(wanted).map(([name, image]) => [name, `sha256:${byName.get(image) ?? ""}`]),
  );
});

it("limits the CPUs of LiteLLM and of each connector, and of nothing else", () => {
  const limited = containers.filter(({ inputs }) => "cpuQuota" in inputs || "cpus" in inputs);
  expect(
    limited.map(({ inputs }) => [inputs["name"], inputs["cpuPeriod"], inputs["cpuQuota"]]),
  ).toEqual([
    ["mcp-notes", 100_000, 100_000],
    ["mcp-planets", 100_000, 100_000],
    ["mcp-reports", 100_000, 100_000],
    ["mcp-litellm-proxy-ab12cd", 100_000, 200_000],
  ]);
});

it("starts LiteLLM by the entrypoint that refuses an open gateway", () => {
  const name = "gateway-proxy-container";
  expect(input(name, "entrypoints")).toEqual(["/bin/sh", "/etc/mcp-gateway/entrypoint.sh"]);
  expect(input(name, "command")).toEqual([]);
  const egress = "http://mcp-litellm-egress-ab12cd:3128";
  expect(input(name, "envs")).toEqual([
    "AIOHTTP_TRUST_ENV=True",
    "CHECKPOINT_DISABLE=1",
    "DISABLE_AIOHTTP_TRUST_ENV=True",
    `HTTPS_PROXY=${egress}`,
    `HTTP_PROXY=${egress}`,
    "LITELLM_LOCAL_MODEL_COST_MAP=True",
    "LITELLM_LOG=INFO",
    "LITELLM_MIGRATION_DIR=/tmp/mcp-gateway-migrations",
    'MCP_GATEWAY_LIMITS={"resultMb":8,"callsPerKey":8,"callsPerConnector":16,"callsPerProcess":4,"waitingPerKey":32,"waitSeconds":30,"processes":[],"connectors":{}}',
    "MCP_GATEWAY_SESSION_IDLE=30",
    "NO_PROXY=mcp-relay,mcp-mock-model,localhost,127.0.0.1,::1",
  ]);
  expect(input(name, "tmpfs")).toEqual({ "/tmp": "size=128m" });
  expect(input(name, "stopTimeout")).toBe(90);
  expect(input(name, "mounts")).toEqual([
    {
      type: "bind",
      source: expect.stringMatching(
        /^\/checkout\/\.gateway\/config\/proxy\/[0-9a-f]{12}$/,
      ) as string,
      target: "/etc/mcp-gateway",
      readOnly: true,
    },
    {
      type: "bind",
      source: "/checkout/.gateway/config/policy",
      target: "/etc/mcp-gateway-policy",
      readOnly: true,
    },
    {
      type: "bind",
      source: "/checkout/.gateway/secrets/proxy/proxy.env",
      target: "/run/secrets/mcp-gateway.env",
      readOnly: true,
    },
  ]);
});

it("starts a connector by its catalogue's words, untouched by the shell", () => {
  const name = "gateway-connector-planets-container";
  expect(input(name, "entrypoints")).toEqual([
    "/bin/sh",
    "-c",
    'set -a; . /run/secrets/mcp-gateway.env; set +a; exec "$0" "$@"',
  ]);
  expect(input(name, "command")).toEqual(["postgres-mcp", "--transport=sse"]);
  expect(input(name, "envs")).toEqual([]);
});

it("replaces a container before the new one, also for the inputs that Docker would ignore; the proxy after it", () => {
  for (const { name, options, provider } of containers)
    expect([name, provider, options.deleteBeforeReplace, options.replaceOnChanges]).toEqual([
      name,
      "docker-host",
      !["gateway-proxy-container", "gateway-proxy-egress-container"].includes(name),
      ["healthcheck", "tmpfs", "init", "cpuPeriod", "cpuQuota"],
    ]);
});
