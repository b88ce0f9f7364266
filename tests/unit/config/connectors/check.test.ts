import type { Problem } from "../../../../config/common/problem.ts";
import { type Catalogue, connectorDefinition } from "../../../../config/connectors/definition.ts";
import { hasDigest } from "../../../../config/connectors/warnings.ts";
import { parseConfig } from "../../../../config/parse.ts";
import { catalogue as known, exampleUri, lock, now } from "../../../support/config.ts";

const digest = `@sha256:${"ab".repeat(32)}`;

/** What an inline definition has to say at least. */
const inline = {
  title: "Tool",
  description: "A tool",
  transport: "stdio",
  image: `example/tool:1${digest}`,
  command: ["tool"],
  egress: { mode: "none", reason: "it needs nothing" },
  verify: { tool: "ping", expect: "pong" },
};

const catalogue: Catalogue = {
  ...known,
  files: connectorDefinition.parse({
    ...inline,
    inputs: {
      paths: {
        type: "hostPaths",
        mount: "/data",
        env: "FILES",
        description: "directories",
        writable: "writable",
      },
      depth: { type: "number", env: "DEPTH", description: "how deep", required: false },
      mode: {
        type: "choice",
        env: "MODE",
        description: "how",
        required: false,
        options: ["fast", "careful"],
      },
      writable: { type: "boolean", default: false, required: false, description: "write too" },
    },
  }),
  remote: connectorDefinition.parse({
    title: "R",
    description: "Elsewhere",
    transport: "remote",
    verify: inline.verify,
    inputs: {
      url: { type: "url", description: "its URL" },
      token: { type: "secret", description: "its token" },
    },
    auth: { type: "bearer_token", input: "token" },
  }),
};

const tools = lock.connectors["notes"]?.tools ?? {};
const everything = {
  version: 1 as const,
  connectors: {
    ...lock.connectors,
    files: { image: inline.image, tools },
    "connector:x": { image: inline.image, tools },
    "connector:r": { image: "http://server.lan/mcp", tools },
  },
};

interface Options {
  readonly more?: Record<string, unknown>;
  readonly isEncrypted?: () => boolean;
  readonly lockIsWritten?: boolean;
}

function parse(connectors: Record<string, unknown>, { more, ...context }: Options = {}) {
  return parseConfig(
    { connectors, ...more },
    {
      catalogue,
      lock: everything,
      root: "/checkout",
      mirror: {},
      privateRoots: "",
      now,
      ...context,
    },
  );
}

function problems(connectors: Record<string, unknown>, options?: Options): readonly Problem[] {
  const result = parse(connectors, options);
  return result.ok ? [] : result.problems;
}

function model(connectors: Record<string, unknown>, options?: Options) {
  const result = parse(connectors, options);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.model;
}

describe("which connector it is", () => {
  it("offers the nearest name of an entry that does not exist", () => {
    expect(problems({ x: { use: "fils" } })).toEqual([
      {
        path: ["connectors", "x", "use"],
        message: 'the catalogue has no such connector (did you mean "files"?)',
        value: "fils",
        allowed: "postgres, notes, files, remote",
        fix: "pulumi config set --path 'mcp-gateway:connectors.x.use' 'postgres'",
      },
    ]);
  });

  it.each([
    [{}, "it says neither which catalogue entry it is, nor a definition of its own"],
    [
      { use: "files", definition: inline },
      "it names a catalogue entry and has a definition of its own",
    ],
  ])("is an entry or a definition, and not %j", (connector, message) => {
    expect(problems({ x: connector }).map((problem) => problem.message)).toEqual([message]);
  });

  it("takes an inline definition, with its tools locked under its own id", () => {
    const [connector] = model({ x: { definition: inline } }).connectors;
    expect(connector).toMatchObject({
      transport: "http",
      url: "http://mcp-relay:25986/mcp",
      container: { image: inline.image, egress: { mode: "none" } },
      lock: tools,
    });
    expect(connector?.open).toBeUndefined();
  });

  it("finds references that lead nowhere in an inline definition", () => {
    const definition = { ...inline, auth: { type: "api_key", input: "token" } };
    expect(problems({ x: { definition } })).toEqual([
      {
        path: ["connectors", "x", "definition", "auth", "input"],
        message: 'there is no secret input "token"',
        allowed: "none",
        fix: "pulumi config rm --path 'mcp-gateway:connectors.x.definition.auth.input'",
      },
    ]);
  });
});

describe("inputs", () => {
  const at = (input: string) => `mcp-gateway:connectors.f.inputs.${input}`;
  it.each([
    [{}, "paths", '"files" needs this input', `--path '${at("paths")}[0]' '/srv/shared'`],
    [
      { paths: "/srv" },
      "paths",
      "this is not a list of paths",
      `'${at("paths")}[0]' '/srv/shared'`,
    ],
    [
      { paths: ["/srv/a"], depth: "3" },
      "depth",
      "this is not a number",
      `--path '${at("depth")}' '10'`,
    ],
    [
      { paths: ["/srv/a"], writable: "yes" },
      "writable",
      "this is neither true nor false",
      `--path '${at("writable")}' 'false'`,
    ],
    [
      { paths: ["/srv/a"], mode: "fst" },
      "mode",
      'this is none of the choices (did you mean "fast"?)',
      `--path '${at("mode")}' 'fast'`,
    ],
    [
      { paths: ["/srv/a"], dept: 3 },
      "dept",
      '"files" has no such input (did you mean "depth"?)',
      `config rm --path '${at("dept")}'`,
    ],
  ])("%j", (inputs, name, message, fix) => {
    const [problem, ...rest] = problems({ f: { use: "files", inputs } });
    expect(rest).toEqual([]);
    expect(problem).toMatchObject({ path: ["connectors", "f", "inputs", name], message });
    expect(problem?.fix).toContain(fix);
  });

  it("refuses a URL with a password in it, and one of another kind", () => {
    for (const url of ["http://u:p@server.lan/", "ftp://server.lan/", "server.lan"])
      expect(
        problems(
          { r: { use: "remote", inputs: { url, token: "t" } } },
          { lockIsWritten: true },
        ).map(({ path }) => path),
      ).toEqual([["connectors", "r", "inputs", "url"]]);
  });

  it("refuses a secret in plain text without showing it, with the command", () => {
    const raw = { reports: { use: "postgres", inputs: { databaseUri: exampleUri } } };
    const found = problems(raw, { isEncrypted: () => false });
    expect(found).toEqual([
      {
        path: ["connectors", "reports", "inputs", "databaseUri"],
        message: "this is a secret, and it stands in the stack's file for everyone to read",
        allowed: "a value set with --secret; and where the file has been shared, a new one",
        fix: "pulumi config set --secret --path 'mcp-gateway:connectors.reports.inputs.databaseUri'",
      },
    ]);
    expect(problems(raw, { isEncrypted: () => true })).toEqual([]);
  });

  it("asks of plain inputs nothing of the kind", () => {
    expect(
      problems(
        { f: { use: "files", inputs: { paths: ["/srv/a"] } } },
        { isEncrypted: () => false },
      ),
    ).toEqual([]);
  });

  it("mounts paths read-only below the definition's place, writable only where asked", () => {
    const mounts = (inputs: object) =>
      model({ f: { use: "files", inputs } }).connectors[0]?.mounts.map(
        ({ source, target, writable }) => [source, target, writable],
      );
    expect(mounts({ paths: ["/srv/a/", "/srv/x/../b"] })).toEqual([
      ["/srv/a/", "/data/srv/a/", false],
      ["/srv/b", "/data/srv/b", false],
    ]);
    expect(mounts({ paths: ["/srv/a"], writable: true })).toEqual([
      ["/srv/a", "/data/srv/a", true],
    ]);
  });
});

describe("a server that runs elsewhere", () => {
  it("has no container, and is shown its token from the proxy's environment", () => {
    const raw = { r: { use: "remote", inputs: { url: "http://server.lan/mcp", token: "t" } } };
    const [connector] = model(raw).connectors;
    expect(connector).toMatchObject({
      transport: "http",
      url: "http://mcp-relay:37732/mcp",
      auth: { type: "bearer_token", variable: "CONNECTOR_R_AUTH" },
    });
    expect(connector?.container).toBeUndefined();
    // Another server id than without the credential: LiteLLM hashes its type
    // (docs/litellm-1.77.3.md#server-id).
    expect(connector?.serverId).toBe("e70be1e7ccf6e51c5cc91645f323ce52");
  });
});

describe("placement in the gateway", () => {
  const inside = { definition: inline, placement: "gateway" };

  it("is a word at every preview, and a process instead of a container", () => {
    const { connectors, warnings } = model({ x: inside });
    expect(warnings).toEqual([
      'connectors.x: placement "gateway" starts a new process inside LiteLLM for every call (about a second each, several when many call), with LiteLLM\'s user, files and network, which has no way out; no watchdog, no limits of its own',
    ]);
    expect(connectors[0]).toMatchObject({
      transport: "stdio",
      url: "",
      process: { command: "tool", args: [] },
    });
    expect(connectors[0]?.container).toBeUndefined();
  });

  it.each([
    [
      { use: "notes", placement: "gateway" },
      "LiteLLM can only start stdio servers, and this one is http",
    ],
    [
      {
        definition: { ...inline, egress: { mode: "filtered", reason: "r", allow: ["*"] } },
        placement: "gateway",
      },
      "its egress is to be filtered, and inside LiteLLM nothing filters it",
    ],
  ])("is refused where it cannot be or means nothing", (connector, message) => {
    expect(problems({ x: connector })).toMatchObject([
      { path: ["connectors", "x", "placement"], message },
    ]);
  });
});

describe("egress", () => {
  it("lets a stack narrow and widen what is filtered", () => {
    const definition = { ...inline, egress: { mode: "filtered", reason: "r", allow: ["*"] } };
    const egress = { allow: [".example.org"], private: ["192.168.1.20"] };
    const of = (connector: object) => model({ x: connector }).connectors[0]?.container?.egress;
    expect(of({ definition })).toEqual({ mode: "filtered", allow: ["*"], private: [] });
    expect(of({ definition, egress })).toEqual({ mode: "filtered", ...egress });
  });

  it("refuses rules that nothing would keep", () => {
    expect(problems({ notes: { use: "notes", egress: { allow: ["*"] } } })).toMatchObject([
      {
        path: ["connectors", "notes", "egress"],
        fix: "pulumi config rm --path 'mcp-gateway:connectors.notes.egress'",
      },
    ]);
  });

  it("refuses a network that would be a way out for a connector without one", () => {
    const more = { externalNetworks: { lan: ["x"] } };
    expect(problems({ x: { definition: inline } }, { more })).toMatchObject([
      {
        message: '"x" would get a way out, and its egress is none',
        fix: "pulumi config rm --path 'mcp-gateway:externalNetworks.lan[0]'",
      },
    ]);
  });
});

describe("an image without a digest", () => {
  const raw = { notes: { use: "notes" } };
  it("is a warning", () => {
    expect(model(raw).warnings).toEqual([
      "connectors.notes: the image example/notes:2.0 has no digest: its tag may be another image tomorrow",
    ]);
    expect(model({ x: { definition: inline } }).warnings).toEqual([]);
  });

  it("is an error under the policy", () => {
    const more = { policy: { imagesWithoutDigest: "refuse" } };
    expect(problems(raw, { more })).toMatchObject([{ path: ["connectors", "notes", "use"] }]);
    expect(problems({ x: { definition: inline } }, { more })).toEqual([]);
  });

  it("is told by the whole reference", () => {
    expect(hasDigest(`a/b:1${digest}`)).toBe(true);
    expect(hasDigest("a/b@sha256:12")).toBe(false);
  });
});

describe("names of tools", () => {
  const locked = (image: string, ...names: string[]) => ({
    image,
    tools: Object.fromEntries(
      names.map((name) => [name, { description: "0".repeat(16), inputSchema: "0".repeat(16) }]),
    ),
  });

  it("are alike for a client that writes _ for -: another alias is asked for", () => {
    const result = parseConfig(
      { connectors: { a: { use: "notes", hostPort: 1 }, a_b: { definition: inline } } },
      {
        catalogue,
        root: "/checkout",
        mirror: {},
        privateRoots: "",
        now,
        lock: {
          version: 1,
          connectors: {
            notes: locked("example/notes:2.0", "b_c", "d"),
            "connector:a_b": locked(inline.image, "c", "e"),
          },
        },
      },
    );
    expect(result.ok ? [] : result.problems).toEqual([
      {
        path: ["connectors", "a_b", "alias"],
        message: "to a client that writes _ for -, these tools have one name: a_b-c and a-b_c",
        value: "a_b",
        allowed: "an alias with which no two tools are alike",
        fix: "pulumi config set --path 'mcp-gateway:connectors.a_b.alias' 'ab'",
      },
    ]);
  });

  it('"default" in a scope is what the definition proposes', () => {
    const definition = { ...inline, defaultTools: ["search"] };
    const more = { keys: { k: { connectors: { x: "default", notes: "default" } } } };
    expect(model({ x: { definition }, notes: { use: "notes" } }, { more }).keys[0]?.tools).toEqual({
      notes: ["add", "remove", "search"],
      x: ["search"],
    });
  });
});
