import type { Problem } from "../../../config/common/problem.ts";
import { exampleConfig, modelOf, problemsIn } from "../../support/config.ts";

const at = (path: readonly (string | number)[], value: unknown): unknown =>
  path.reduceRight<unknown>(
    (inner, segment) => (segment === 0 ? [inner] : { [segment]: inner }),
    value,
  );

const port = "a TCP port, 1 to 65535";
const image = "an image reference with a tag, a digest or both";
const set = (path: string, value: string) =>
  `pulumi config set --path 'mcp-gateway:${path}' '${value}'`;

const keyNames = "lower-case letters, digits, _ and -, at most 40 characters";
const connectorIds =
  "lower-case letters, digits and _, starting with a letter, at most 20 characters";

/** path, bad value, what is allowed, the command: a rule of the schema each. */
const rules: readonly (readonly [readonly (string | number)[], unknown, string, string])[] = [
  [
    ["dockerHost"],
    "tcp://10.0.0.1:2375",
    "unix:///path/to/docker.sock or ssh://user@host[:port]",
    set("dockerHost", "ssh://administrator@linuxserver.lan"),
  ],
  [["gateway", "port"], 0, port, set("gateway.port", "4000")],
  [["gateway", "port"], 65536, port, set("gateway.port", "4000")],
  [["gateway", "port"], "4000", port, set("gateway.port", "4000")],
  [["gateway", "port"], 40.5, port, set("gateway.port", "4000")],
  [
    ["gateway", "bind"],
    "localhost",
    "the Docker host's address to listen on; 0.0.0.0 for the whole LAN",
    set("gateway.bind", "0.0.0.0"),
  ],
  [
    ["gateway", "host"],
    "http://linuxserver.lan",
    "a host name or an IPv4 address",
    set("gateway.host", "linuxserver.lan"),
  ],
  [
    ["directories", "secrets"],
    "/with space",
    "a directory on the Docker host; relative to the checkout only on this machine",
    set("directories.secrets", "/home/administrator/projects/mcp/gateway/config"),
  ],
  [
    ["namePrefix"],
    "Staging-",
    "stands before every container's name: a second gateway on one Docker host",
    set("namePrefix", "staging-"),
  ],
  [
    ["network"],
    "-net",
    "the gateway's own Docker network, and how the names of its others begin",
    set("network", "mcp-gateway-net"),
  ],
  [
    ["ssh", "hostKey"],
    "linuxserver.lan ssh-ed25519 AAAA",
    "the host's public key as `ssh-keyscan` prints it, without the host name",
    set("ssh.hostKey", "ssh-ed25519 AAAA..."),
  ],
  [
    ["database", "image"],
    "Postgres:16",
    image,
    set("database.image", "ghcr.io/berriai/litellm:main-v1.77.3-stable"),
  ],
  [["database", "mode"], "own", '"dedicated" or "shared"', set("database.mode", "dedicated")],
  [
    ["database", "memoryMb"],
    15,
    "megabytes of memory, at least 16",
    set("database.memoryMb", "512"),
  ],
  [
    ["database", "user"],
    "postgres",
    "uid:gid of postgres in the image",
    set("database.user", "1000:1000"),
  ],
  [
    ["database", "destroyData"],
    "yes",
    "true lets `pulumi destroy` remove the data: volume, shared database and role",
    set("database.destroyData", "false"),
  ],
  [["proxy", "logLevel"], "debug", '"INFO" or "DEBUG"', set("proxy.logLevel", "INFO")],
  [
    ["proxy", "startSeconds"],
    5,
    "how long LiteLLM may take to become healthy, 30 to 1800",
    set("proxy.startSeconds", "300"),
  ],
  [["edge", "user"], "99", "uid:gid of haproxy in the image", set("edge.user", "1000:1000")],
  [
    ["edge", "maxBodyMb"],
    0,
    "the largest request in megabytes, 1 to 1024",
    set("edge.maxBodyMb", "8"),
  ],
  ...(
    [
      ["requestsPerMinute", "requests of one key in a minute, unless the key has its own number"],
      ["requestsPerMinutePerAddress", "requests from one address in a minute"],
      ["failuresPerMinute", "requests without a known key from one address in a minute"],
    ] as const
  ).map(([name, what]): (typeof rules)[number] => [
    ["edge", "limits", name],
    0,
    `${what}; at least 1`,
    set(`edge.limits.${name}`, "600"),
  ]),
  [
    ["edge", "limits", "connectionsPerAddress"],
    0,
    "open connections from one address, 1 to 2000",
    set("edge.limits.connectionsPerAddress", "256"),
  ],
  ...["10.0.0.1", "10.0.0.0/33", "lan", "10.0.0/8", "fe80::/129"].map(
    (network): (typeof rules)[number] => [
      ["edge", "sources", 0],
      network,
      "a network as address/bits",
      set("edge.sources[0]", "192.168.1.0/24"),
    ],
  ),
  [
    ["edge", "sources"],
    [],
    "networks whose addresses may use the gateway, at least one",
    set("edge.sources[0]", "192.168.1.0/24"),
  ],
  ...["a b", "a:4000", "fd00::1", "*.lan", ""].map((host): (typeof rules)[number] => [
    ["edge", "hosts", 0],
    host,
    "a host name, an IPv4 address or an IPv6 address in brackets, without a port",
    set("edge.hosts[0]", "gateway.lan"),
  ]),
  [
    ["gateway", "adminPort"],
    70000,
    "every route of LiteLLM, its UI too, on the Docker host's own 127.0.0.1; closed if left out",
    set("gateway.adminPort", "4001"),
  ],
  [
    ["mockModel", "memoryMb"],
    "64",
    "megabytes of memory, at least 16",
    set("mockModel.memoryMb", "512"),
  ],
];

it.each(rules)(
  "refuses %j = %j with its path, what is allowed and a command",
  (path, value, allowed, fix) => {
    expect(problemsIn(at(path, value))).toEqual<readonly Problem[]>([
      { path, message: "this value is not allowed", value, allowed, fix },
    ]);
  },
);

it.each([
  [["gatway"], ["gateway"], ' (did you mean "gateway"?)'],
  [["gateway", "prot"], ["gateway"], ' (did you mean "port"?)'],
  [["database", "destroydata"], ["database"], ' (did you mean "destroyData"?)'],
  [["proxy", "zzzzzzzzzz"], ["proxy"], ""],
])("refuses the unknown key %j: nothing would read it", (path, parent, hint) => {
  const [problem, ...more] = problemsIn(at(path, 1));
  expect(more).toEqual([]);
  expect(problem?.path).toEqual(path);
  expect(problem?.message).toBe(`nothing reads this key${hint}`);
  expect(problem?.fix).toBe(`pulumi config rm --path 'mcp-gateway:${path.join(".")}'`);
  expect(problem?.allowed?.split(", ")).toContain(
    parent[0] === "gateway" && path.length === 2
      ? "port"
      : parent[0] === "database"
        ? "destroyData"
        : parent[0] === "proxy"
          ? "logLevel"
          : "gateway",
  );
  expect(problem !== undefined && "value" in problem).toBe(false);
});

it.each([
  ["keys", "Claude Code", keyNames, `keys["Claude Code"]`],
  ["connectors", "my-db", connectorIds, "connectors.my-db"],
  ["connectors", "a".repeat(21), connectorIds, `connectors.${"a".repeat(21)}`],
  ["connectors", "1db", connectorIds, `connectors["1db"]`],
  ["models", "-gpt", "a model name as clients will ask for it", `models["-gpt"]`],
])("refuses the name %s.%s", (section, name, allowed, spelled) => {
  const raw = {
    ...exampleConfig(),
    [section]: {
      [name]:
        section === "connectors"
          ? { use: "notes" }
          : section === "models"
            ? { provider: "mock" }
            : {},
    },
  };
  const named = problemsIn(section === "keys" ? raw : { ...raw, keys: {} });
  expect(named).toEqual([
    {
      path: [section, name],
      message: "this name is not allowed",
      allowed,
      fix: `pulumi config rm --path 'mcp-gateway:${spelled}'`,
    },
  ]);
});

it("accepts nothing at all: everything has a default", () => {
  const model = modelOf({});
  expect(model.gateway).toEqual({
    host: "127.0.0.1",
    port: 4000,
    bind: "127.0.0.1",
    url: "http://127.0.0.1:4000",
  });
  expect(model.models).toEqual([{ name: "gpt-4o-mock", provider: "mock" }]);
  expect(model.connectors).toEqual([]);
  expect(model.keys).toEqual([]);
});

it("lists all problems at once", () => {
  const raw = {
    gatway: {},
    gateway: { port: 0 },
    proxy: { memoryMb: 1 },
    keys: { Bad: {}, ok: { model: [] } },
  };
  expect(problemsIn(raw).map(({ path, message }) => [path.join("."), message])).toEqual([
    ["gateway.port", "this value is not allowed"],
    ["proxy.memoryMb", "this value is not allowed"],
    ["keys.Bad", "this name is not allowed"],
    ["keys.ok.model", 'nothing reads this key (did you mean "models"?)'],
    ["gatway", 'nothing reads this key (did you mean "gateway"?)'],
  ]);
});

it("asks for a missing value without showing one, and for a secret at a prompt", () => {
  const raw = { models: { m: { provider: "litellm", model: "openai/gpt-4o" } } };
  expect(problemsIn(raw)).toEqual([
    {
      path: ["models", "m", "apiKey"],
      message: "a value is missing",
      allowed: "a secret: set it with --secret",
      fix: "pulumi config set --secret --path 'mcp-gateway:models.m.apiKey'",
    },
  ]);
});

it("names the providers there are when another one is asked for", () => {
  expect(problemsIn({ models: { m: { provider: "openai" } } })).toEqual([
    {
      path: ["models", "m", "provider"],
      message: "this value is not allowed",
      value: "openai",
      allowed: '"mock"; or "litellm"',
      fix: "pulumi config set --path 'mcp-gateway:models.m.provider' 'mock'",
    },
  ]);
});

it.each([["all"], [[]], [true]])("refuses %j as a connector's tools", (value) => {
  const path = ["keys", "k", "connectors", "notes"];
  const raw = { ...exampleConfig(), keys: { k: { connectors: { notes: value } } } };
  expect(problemsIn(raw)).toEqual([
    {
      path,
      message: "this value is not allowed",
      value,
      allowed: 'a list of tools; or "default"; or "*"',
      // The narrowest that there is, never everything.
      fix: set("keys.k.connectors.notes[0]", "list_schemas"),
    },
  ]);
});

/** Of a key: path, bad value, what is allowed, an example that is right. */
const limits: readonly (readonly [readonly string[], unknown, string, string])[] = [
  [["rpm"], 0, "requests a minute, at least 1", "120"],
  [["tpm"], 0, "model tokens a minute, at least 1", "100000"],
  [["tpm"], 1.5, "model tokens a minute, at least 1", "100000"],
  [["budget", "usd"], 0, "dollars, more than 0", "5"],
  [["budget", "per"], "0d", "hours or days", "30d"],
  [
    ["overlapHours"],
    721,
    "hours that the old value still works after a rotation, at most 720",
    "0",
  ],
  [["owner"], "", "who holds the key", ""],
  [
    ["expires"],
    "2027-06-30",
    "when the key stops working, with a time zone",
    "2027-06-30T00:00:00Z",
  ],
];

it.each(limits)("refuses a key with %j = %j", (path, value, allowed, example) => {
  const budget = path[0] === "budget" ? { budget: { usd: 1, per: "1d" } } : {};
  const key = { ...budget, ...(at(path, value) as object) };
  const [first = "", second] = path;
  if (first === "budget" && second !== undefined)
    Object.assign(key, { budget: { ...budget.budget, [second]: value } });
  const where = `keys.k.${path.join(".")}`;
  expect(problemsIn({ keys: { k: key } })).toEqual([
    {
      path: ["keys", "k", ...path],
      message: "this value is not allowed",
      value,
      allowed,
      fix:
        example === ""
          ? `pulumi config set --path 'mcp-gateway:${where}' <value>`
          : set(where, example),
    },
  ]);
});

it("refuses a provider key with a line break, without showing it: an env file cannot hold one", () => {
  const raw = { models: { m: { provider: "litellm", model: "a/b", apiKey: "example\nkey" } } };
  expect(problemsIn(raw)).toEqual([
    {
      path: ["models", "m", "apiKey"],
      message: "this value is not allowed",
      allowed: "a secret: set it with --secret",
      fix: "pulumi config set --secret --path 'mcp-gateway:models.m.apiKey'",
    },
  ]);
});

it("refuses an expectation that is no regular expression: it would fail only after `up`", () => {
  const verify = { tool: "search", expect: "(" };
  const raw = { connectors: { notes: { use: "notes", verify } } };
  expect(problemsIn(raw)).toEqual([
    {
      path: ["connectors", "notes", "verify", "expect"],
      message: "this value is not allowed",
      value: "(",
      allowed: "a regular expression the result must match",
      fix: "pulumi config set --path 'mcp-gateway:connectors.notes.verify.expect' <value>",
    },
  ]);
});

it("counts a model that a key lists twice as one: LiteLLM does", () => {
  const raw = { keys: { k: { models: ["gpt-4o-mock", "gpt-4o-mock"] } } };
  expect(modelOf(raw).keys[0]?.models).toEqual(["gpt-4o-mock"]);
});
