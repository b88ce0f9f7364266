import type { Problem } from "../../../config/common/problem.ts";
import { exampleConfig, exampleUri, modelOf, problemsIn } from "../../support/config.ts";

const connectors = {
  planets: { use: "postgres", inputs: { databaseUri: { sample: "planets" } } },
};
const base = { database: { samples: ["planets"] }, connectors };
const only = (raw: unknown): Problem => {
  const [problem, ...more] = problemsIn(raw);
  expect(more).toEqual([]);
  if (problem === undefined) throw new Error("no problem");
  return problem;
};
const notes = (inputs: Record<string, unknown>) => ({
  connectors: { notes: { use: "notes", inputs } },
});

describe("Docker host", () => {
  const ssh = { dockerHost: "ssh://me@server.test", ssh: { hostKey: "ssh-ed25519 AAAA" } };
  const directories = { config: "/srv/config", secrets: "/srv/secrets" };

  it("needs a pinned host key over SSH: any host would be taken for the right one", () => {
    expect(only({ dockerHost: "ssh://me@server.test", directories })).toEqual({
      path: ["ssh", "hostKey"],
      message: "an ssh:// Docker host needs its host key pinned",
      allowed: "the host's public key as `ssh-keyscan -t ed25519 HOST` prints it, without the name",
      fix: "pulumi config set --path 'mcp-gateway:ssh.hostKey' 'ssh-ed25519 AAAA...'",
    });
  });

  it("needs absolute directories over SSH", () => {
    expect(problemsIn(ssh)).toEqual(
      ["config", "secrets"].map((name) => ({
        path: ["directories", name],
        message: "a directory on another host must be an absolute path",
        value: `.gateway/${name}`,
        allowed: "a path that starts with /",
        fix: `pulumi config set --path 'mcp-gateway:directories.${name}' '/home/administrator/mcp-gateway/${name}'`,
      })),
    );
  });

  it.each(["0", "65536"])("refuses the SSH port %s", (port) => {
    expect(only({ ...ssh, directories, dockerHost: `ssh://me@server.test:${port}` })).toEqual({
      path: ["dockerHost"],
      message: "the SSH port is out of range",
      value: `ssh://me@server.test:${port}`,
      allowed: "1 to 65535",
      fix: "pulumi config set --path 'mcp-gateway:dockerHost' 'ssh://administrator@linuxserver.lan'",
    });
  });

  it("is taken apart with its port, or 22", () => {
    const host = (dockerHost: string) => modelOf({ ...ssh, directories, dockerHost }).dockerHost;
    const common = { kind: "ssh", user: "me", host: "server.test" };
    expect(host("ssh://me@server.test")).toEqual({
      ...common,
      url: "ssh://me@server.test",
      port: 22,
    });
    expect(host("ssh://me@server.test:2222")).toEqual({
      ...common,
      url: "ssh://me@server.test:2222",
      port: 2222,
    });
  });
});

describe("a shared database", () => {
  const shared = (more: object = {}) => ({ admin: { password: "example" }, ...more });
  const problems = (database: object, more: Record<string, unknown> = {}) =>
    problemsIn({ database: { mode: "shared", ...database }, ...more }).map(
      ({ path, message, fix }) => [path.join("."), message, fix],
    );

  it("needs its admin's password", () => {
    expect(problems({})).toEqual([
      [
        "database.shared.admin.password",
        "a shared database needs the password of an admin of its server",
        "pulumi config set --secret --path 'mcp-gateway:database.shared.admin.password'",
      ],
    ]);
  });

  it("may have samples: they are on servers of their own", () => {
    const database = { mode: "shared", shared: shared(), samples: ["planets"] };
    expect(modelOf({ database }).database.samples).toEqual(["planets"]);
  });

  it("is neither the server's own, nor the admin's, nor on the gateway's network", () => {
    const own = shared({ name: "template1", role: "postgres", network: "mcp-gateway-net" });
    expect(problems({ shared: own })).toEqual([
      [
        "database.shared.name",
        "that database is the server's own",
        "pulumi config set --path 'mcp-gateway:database.shared.name' 'litellm_db'",
      ],
      [
        "database.shared.role",
        "LiteLLM must not use the admin's role",
        "pulumi config set --path 'mcp-gateway:database.shared.role' 'litellm_user'",
      ],
      [
        "database.shared.network",
        "the shared server must be on a network of its own",
        "pulumi config set --path 'mcp-gateway:database.shared.network' 'postgres-net'",
      ],
    ]);
  });

  it("may stay in the configuration of a dedicated one, which ignores it", () => {
    expect(modelOf({ database: { shared: shared() } }).database.shared).toBeUndefined();
  });
});

describe("connectors", () => {
  it("are in the catalogue, and a typo is helped", () => {
    expect(only({ connectors: { a: { use: "postgrse" } } })).toEqual({
      path: ["connectors", "a", "use"],
      message: 'the catalogue has no such connector (did you mean "postgres"?)',
      value: "postgrse",
      allowed: "postgres, notes",
      fix: "pulumi config set --path 'mcp-gateway:connectors.a.use' 'postgres'",
    });
  });

  it("do not find an entry in what every object has", () => {
    expect(only({ connectors: { a: { use: "constructor" } } }).message).toBe(
      "the catalogue has no such connector",
    );
  });

  it("have only the inputs of their entry, and a typo is helped without its value", () => {
    expect(only(notes({ tokn: "example-token" }))).toEqual({
      path: ["connectors", "notes", "inputs", "tokn"],
      message: '"notes" has no such input (did you mean "token"?)',
      allowed: "greeting, token",
      fix: "pulumi config rm --path 'mcp-gateway:connectors.notes.inputs.tokn'",
    });
  });

  it("have every required input; a secret one is asked for at a prompt", () => {
    expect(only({ connectors: { a: { use: "postgres" } } })).toEqual({
      path: ["connectors", "a", "inputs", "databaseUri"],
      message: '"postgres" needs this input',
      allowed: "a reader's URI",
      fix: "pulumi config set --secret --path 'mcp-gateway:connectors.a.inputs.databaseUri'",
    });
  });

  it("get a PostgreSQL URI where they need one, and a wrong value is not shown", () => {
    const problem = only({
      connectors: {
        a: { use: "postgres", inputs: { databaseUri: "mysql://u:example-password@h/d" } },
      },
    });
    expect(problem).toEqual({
      path: ["connectors", "a", "inputs", "databaseUri"],
      message: "this is not a PostgreSQL URI",
      allowed: "a reader's URI",
      fix: "pulumi config set --secret --path 'mcp-gateway:connectors.a.inputs.databaseUri'",
    });
  });

  it("get a sample only where a database is wanted", () => {
    expect(only({ ...base, ...notes({ token: { sample: "planets" } }) })).toEqual({
      path: ["connectors", "notes", "inputs", "token"],
      message: "only a database input can name a sample",
      allowed: "the notes' token",
      fix: "pulumi config rm --path 'mcp-gateway:connectors.notes.inputs.token'",
    });
  });

  it("get a sample only if it is made", () => {
    expect(only({ connectors })).toEqual({
      path: ["connectors", "planets", "inputs", "databaseUri"],
      message: 'the sample database "planets" is not made',
      allowed: "none",
      fix: "pulumi config set --path 'mcp-gateway:database.samples[0]' 'planets'",
    });
  });

  it.each([
    ["greeting", "pulumi config set --path 'mcp-gateway:connectors.notes.inputs.greeting' <value>"],
    ["token", "pulumi config set --secret --path 'mcp-gateway:connectors.notes.inputs.token'"],
  ])("get no %s with a line break: an env file cannot hold one", (name, fix) => {
    const problem = only(notes({ [name]: "a\nb" }));
    expect([problem.path.at(-1), problem.message, problem.fix]).toEqual([
      name,
      "the value has a line break in it",
      fix,
    ]);
    expect("value" in problem).toBe(false);
  });

  it("have different aliases: LiteLLM would let the first one win without a word", () => {
    const raw = {
      connectors: { a: { use: "notes", alias: "x" }, b: { use: "notes", alias: "x", hostPort: 1 } },
    };
    expect(only(raw)).toEqual({
      path: ["connectors", "b", "alias"],
      message: 'the name "x" already belongs to connector "a"',
      value: "x",
      allowed: "an alias that no other connector has as alias or server name (mcp_<id>)",
      fix: "pulumi config set --path 'mcp-gateway:connectors.b.alias' 'b2'",
    });
  });

  it("have no alias that is an access group's: LiteLLM reads both from the same header", () => {
    const raw = {
      connectors: { a: { use: "notes", alias: "readers" } },
      accessGroups: { readers: { connectors: { a: ["search"] } } },
    };
    expect(only(raw)).toEqual({
      path: ["connectors", "a", "alias"],
      message: 'the name "readers" already belongs to an access group',
      value: "readers",
      allowed: "an alias that no access group has: a client could not say which it means",
      fix: "pulumi config set --path 'mcp-gateway:connectors.a.alias' 'a2'",
    });
  });

  it("have no alias that is another one's server name", () => {
    const raw = {
      connectors: { a: { use: "notes" }, b: { use: "notes", alias: "mcp_a", hostPort: 1 } },
    };
    expect(only(raw).message).toBe('the name "mcp_a" already belongs to connector "a"');
  });

  it("have different host ports where the stack names them; a free one is offered", () => {
    const notes = { use: "notes", hostPort: 48020 };
    const raw = { connectors: { a: notes, b: notes } };
    expect(only(raw)).toEqual({
      path: ["connectors", "b", "hostPort"],
      message: "host port 48020 is already taken by connectors.a",
      value: 48020,
      allowed: "a port that nothing else in this stack uses",
      fix: "pulumi config set --path 'mcp-gateway:connectors.b.hostPort' '48010'",
    });
  });

  it.each([
    "edge",
    "proxy",
    "database",
    "mock_model",
    "relay",
    "litellm_proxy",
    "litellm_postgres",
    "litellm_psql",
    "litellm_database",
    "litellm_egress",
    "x_egress",
    "x_samples",
  ])("are not called %s: that is a part of the gateway's own", (id) => {
    expect(only({ connectors: { [id]: { use: "notes" } } })).toEqual({
      path: ["connectors", id],
      message: `"${id}" is a part of the gateway's own`,
      allowed:
        "any id but edge, proxy, database, mock_model, relay, litellm_proxy, litellm_postgres, litellm_psql, litellm_database, litellm_egress, and what ends in _egress or _samples",
      fix: `pulumi config rm --path 'mcp-gateway:connectors.${id}'`,
    });
  });

  it("do not take the gateway's port", () => {
    expect(only({ connectors: { a: { use: "notes", hostPort: 4000 } } }).message).toBe(
      "host port 4000 is already taken by gateway.port",
    );
  });

  it("do not take the admin port, and that is not the gateway's", () => {
    const a = { use: "notes", hostPort: 4001 };
    expect(only({ gateway: { adminPort: 4001 }, connectors: { a } }).message).toBe(
      "host port 4001 is already taken by gateway.adminPort",
    );
    expect(only({ gateway: { port: 4100, adminPort: 4100 } })).toEqual({
      path: ["gateway", "adminPort"],
      message: "host port 4100 is already taken by gateway.port",
      value: 4100,
      allowed: "a port that nothing else in this stack uses",
      fix: "pulumi config set --path 'mcp-gateway:gateway.adminPort' '4101'",
    });
  });
});

it("refuses model names that would share the variable of their provider key", () => {
  const mock = { provider: "mock" };
  expect(only({ models: { "gpt-4o": mock, "gpt.4O": mock } })).toEqual({
    path: ["models", "gpt.4O"],
    message: 'the name differs from "gpt-4o" only in punctuation or case',
    allowed: "names that differ in letters or digits",
    fix: `pulumi config rm --path 'mcp-gateway:models["gpt.4O"]'`,
  });
});

it("refuses a range without room for every connector that has a container", () => {
  const notes = { use: "notes" };
  const connectors = Object.fromEntries(Array.from({ length: 49 }, (_, at) => [`c${at}`, notes]));
  expect(only({ networkRange: "10.9.0.0/22", connectors })).toEqual({
    path: ["networkRange"],
    message: "it has room for 48 connectors, and 49 have a container",
    value: "10.9.0.0/22",
    allowed: "a range with fewer bits, down to /16",
    fix: "pulumi config set --path 'mcp-gateway:networkRange' '10.231.0.0/16'",
  });
});

it.each([
  "10.231.0.0/15",
  "10.231.0.0/23",
  "10.231.0.0",
  "300.0.0.0/18",
  "44.0.0.0/18",
  "172.32.0.0/16",
])("takes no range like %s", (networkRange) => {
  expect(only({ networkRange }).path).toEqual(["networkRange"]);
});

describe("external networks", () => {
  it.each(["mcp-gateway-net-inner", "mcp-gateway-net-c-notes"])("are not %s", (network) => {
    expect(only({ externalNetworks: { [network]: [] } }).message).toBe(
      "the gateway's own network cannot be an external one as well",
    );
  });

  it("are not the gateway's own", () => {
    expect(only({ externalNetworks: { "mcp-gateway-net": [] } })).toEqual({
      path: ["externalNetworks", "mcp-gateway-net"],
      message: "the gateway's own network cannot be an external one as well",
      allowed: 'any network but "mcp-gateway-net" and those whose names begin with it',
      fix: "pulumi config rm --path 'mcp-gateway:externalNetworks.mcp-gateway-net'",
    });
  });

  it("are joined by what is there, and a typo is helped", () => {
    expect(only({ externalNetworks: { "office-net": ["edeg"] } })).toEqual({
      path: ["externalNetworks", "office-net", 0],
      message: 'nothing here is called "edeg" (did you mean "edge"?)',
      value: "edeg",
      allowed: "edge, proxy",
      fix: "pulumi config set --path 'mcp-gateway:externalNetworks.office-net[0]' 'edge'",
    });
  });
});

it("finds every cross problem at once", () => {
  const raw = {
    ...exampleConfig(),
    connectors: {
      a: { use: "none" },
      b: { use: "postgres", inputs: { databaseUri: exampleUri, x: 1 } },
    },
    keys: { k: { connectors: { c: "*" }, models: ["m"] } },
    externalNetworks: { n1: ["z"] },
  };
  expect(problemsIn(raw).map(({ path }) => path.join("."))).toEqual([
    "connectors.a.use",
    "connectors.b.inputs.x",
    "externalNetworks.n1.0",
    "keys.k.connectors.c",
    "keys.k.models.0",
  ]);
});
