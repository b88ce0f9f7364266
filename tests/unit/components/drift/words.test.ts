import { type AppliedFacts, parseApplied } from "../../../../components/drift/applied-facts.ts";
import { nameAmong } from "../../../../components/drift/drift.ts";
import { Words } from "../../../../components/drift/words.ts";

const hash = (letter: string): string => letter.repeat(64);
const own = "memory=1 networks=net+ word=0";

/** A deployment as it was applied; each test spoils one line of it. */
const lines = {
  file: [
    `applied\tenv\tw1\tproxy.env=600:0:0:${hash("a")} `,
    `now\tenv\tproxy.env=600:0:0:${hash("a")} `,
  ],
  kept: [
    `applied\tsalt-kept\tw2\tsalt-key=600:0:0:${hash("b")} `,
    `now\tsalt-kept\tsalt-key=600:0:0:${hash("b")} `,
    `ring\tsalt-key\t${hash("b")}`,
    "looked\tring",
  ],
  key: [
    "applied\ta-grant\tw3\ttoken=1 blocked=f rpm= rest=9",
    "key\ta\ttoken=1 blocked=f rpm= rest=9",
    "looked\tdatabase",
    "looked\trows",
    "looked\tconfiguration",
  ],
  rest: ["applied\tpurge\tw4\t", "applied\tsetup\tw5\t"],
  containers: [
    `applied\tready\tw6\tdb|${own};px|${own};`,
    "made\tdb\trunning",
    "made\tpx\trunning",
    `containers\tdb|${own};px|${own};`,
  ],
};

const whole = Object.values(lines).flat().join("\n");
const spoilt = (from: string, to: string): AppliedFacts => {
  expect(whole).toContain(from);
  return parseApplied(whole.replaceAll(from, to));
};

/** Asks for everything, in the order in which the components do. */
function ask(words: Words): Record<string, string> {
  words.files({ kind: "files", id: "env", what: "files" });
  words.of({ kind: "setup", id: "setup", database: "db" });
  words.of({ kind: "kept", id: "salt-kept", name: "salt-key", database: "db" });
  words.ready({ kind: "ready", id: "ready", containers: ["db", "px"] }, "db");
  words.of({ kind: "key", id: "a-grant", key: "a", database: "db" });
  words.of({ kind: "purge", id: "purge", names: ["a"] });
  return Object.fromEntries(words.asked.map(({ thing, word }) => [thing.id, word]));
}

const applied = {
  ...{ "a-grant": "w3", env: "w1", purge: "w4", ready: "w6" },
  ...{ "salt-kept": "w2", setup: "w5" },
};

it("gives the words back that it reads while everything is as it was applied", () => {
  const words = new Words(parseApplied(whole), "new");
  expect(ask(words)).toEqual(applied);
  expect(words.drift).toEqual([]);
  expect([words.container("db"), words.container("px")]).toEqual(["0", "0"]);
});

it("gives one word for all where no host was looked at", () => {
  const words = new Words();
  expect(new Set(Object.values(ask(words)))).toEqual(new Set(["0"]));
  expect([words.container("db"), words.drift]).toEqual(["0", []]);
});

it("gives fresh words, and finds no drift, where nothing is deployed", () => {
  const words = new Words(parseApplied(""), "new");
  expect(new Set(Object.values(ask(words)))).toEqual(new Set(["new"]));
  expect([words.container("db"), words.drift]).toEqual(["0", []]);
});

const fresh = (id: string, word = "new"): Record<string, string> => ({ [id]: word });

it.each([
  [
    "an edited file, which its reader has to read again",
    [`now\tenv\tproxy.env=600:0:0:${hash("a")}`, `now\tenv\tproxy.env=600:0:0:${hash("c")}`],
    { ...fresh("env", "new-edited"), ...fresh("ready") },
    [{ what: "files", reason: "proxy.env was edited" }],
  ],
  [
    "a file that is gone",
    [`now\tenv\tproxy.env=600:0:0:${hash("a")}`, "now\tenv\tproxy.env=gone"],
    { ...fresh("env", "new-edited"), ...fresh("ready") },
    [{ what: "files", reason: "proxy.env is gone" }],
  ],
  [
    "a file that others may read, and another owner's",
    ["now\tenv\tproxy.env=600:0:0", "now\tenv\tproxy.env=644:1:0"],
    fresh("env"),
    [{ what: "files", reason: "proxy.env has mode 644, not 600, proxy.env belongs to 1:0" }],
  ],
  [
    "another value in the keyring",
    [`ring\tsalt-key\t${hash("b")}`, `ring\tsalt-key\t${hash("d")}`],
    fresh("salt-kept"),
    [{ what: "kept secret salt-key", reason: "the keyring has another value" }],
  ],
  [
    "a value lost from the keyring",
    [`ring\tsalt-key\t${hash("b")}`, ""],
    fresh("salt-kept"),
    [{ what: "kept secret salt-key", reason: "the keyring does not have it" }],
  ],
  [
    "a changed key",
    ["key\ta\ttoken=1 blocked=f rpm= rest=9", "key\ta\ttoken=1 blocked=t rpm=7 rest=8"],
    fresh("a-grant"),
    [{ what: "key a", reason: "blocked is t, was f, rpm is 7, was nothing" }],
  ],
  [
    "a key changed where it has no word for it",
    ["key\ta\ttoken=1 blocked=f rpm= rest=9", "key\ta\ttoken=1 blocked=f rpm= rest=8"],
    fresh("a-grant"),
    [{ what: "key a", reason: "it was changed" }],
  ],
  [
    "a deleted key",
    ["key\ta\ttoken=1 blocked=f rpm= rest=9\n", ""],
    fresh("a-grant"),
    [{ what: "key a", reason: "LiteLLM's database does not have it" }],
  ],
  [
    "a foreign key",
    ["looked\trows", "looked\trows\nforeign\tother"],
    fresh("purge"),
    [
      {
        what: "key other",
        reason: "it is in LiteLLM's database, but not in the configuration",
        remedy: "blocks it",
      },
    ],
  ],
  [
    "a key of ours with metadata of somebody's",
    ["looked\trows", "looked\trows\naltered\ta"],
    fresh("a-grant"),
    [{ what: "key a", reason: "its metadata is not what the gateway writes" }],
  ],
  [
    "a server that nobody configured",
    ["looked\trows", "looked\trows\nrow\tMCP server\tevil"],
    fresh("purge"),
    [
      {
        what: "MCP server evil",
        reason: "it is in LiteLLM's database, but not in the configuration",
        remedy: "removes it, and replaces the proxy, which may have loaded it",
      },
    ],
  ],
  [
    "servers and models that cannot be read",
    ["looked\tconfiguration", ""],
    fresh("purge"),
    [
      {
        what: "LiteLLM's database",
        reason: "its tables of servers, models and settings could not be read",
      },
    ],
  ],
  [
    "tables that are gone: what makes them starts again",
    ["looked\trows", ""],
    { ...fresh("setup"), ...fresh("ready", "new-restart") },
    [{ what: "the database litellm", reason: "LiteLLM's tables are gone" }],
  ],
  [
    "a stopped container",
    ["made\tpx\trunning", "made\tpx\texited"],
    fresh("ready"),
    [{ what: "container px", reason: "it is exited" }],
  ],
] as const)("%s", (_, [from, to], other, drift) => {
  const words = new Words(spoilt(from, to), "new");
  expect(ask(words)).toEqual({ ...applied, ...other });
  expect(words.drift).toEqual(drift);
});

describe("a network that a container is put on while it runs", () => {
  const link = { kind: "link", id: "link-a", container: "relay", network: "net-c-a" } as const;
  const deployed = (...now: string[]) =>
    parseApplied(["applied\tlink-a\tw8\t", "made\trelay\trunning", ...now].join("\n"));

  it("is left alone while it is on it, whatever else it is on", () => {
    const words = new Words(deployed("joined\trelay\tnet-c-a net-c-b net-inner "), "new");
    expect([words.of(link), words.drift]).toEqual(["w8", []]);
  });

  it.each(["joined\trelay\tnet-inner net-c-ab ", "joined\tother\tnet-c-a "])(
    "is put on again where it is not: %s",
    (now) => {
      const words = new Words(deployed(now), "new");
      expect([words.of(link), words.drift]).toEqual([
        "new",
        [{ what: "container relay", reason: "it is not on the network net-c-a" }],
      ]);
    },
  );

  it("is no drift of its own where the container is gone or stopped", () => {
    for (const made of ["", "made\trelay\texited"]) {
      const words = new Words(parseApplied(`applied\tlink-a\tw8\t\n${made}`), "new");
      expect([words.of(link), words.drift]).toEqual(["w8", []]);
    }
  });
});

it("a stopped database says nothing of what is in it", () => {
  const words = new Words(
    parseApplied(
      [...lines.file, ...lines.rest, ...lines.containers]
        .join("\n")
        .replace("db\trunning", "db\texited") + "\napplied\ta-grant\tw3\tx",
    ),
    "new",
  );
  expect(words.of({ kind: "key", id: "a-grant", key: "a", database: "db" })).toBe("w3");
  expect(words.of({ kind: "setup", id: "setup", database: "db" })).toBe("w5");
});

it("a container edited by hand gets another word, so that it is replaced", () => {
  const edited = `containers\tdb|${own};px|memory=2 networks=net+ word=0;`;
  const words = new Words(spoilt(`containers\tdb|${own};px|${own};`, edited), "new");
  expect([words.container("db"), words.container("px")]).toEqual(["0", "new"]);
  ask(words);
  expect(words.drift).toEqual([{ what: "container px", reason: "memory is 2, was 1" }]);
});

it("replaces the proxy, and no other, when something is in the database that it may have loaded", () => {
  const words = new Words(spoilt("looked\trows", "looked\trows\nrow\tmodel\tevil"), "new");
  expect([words.container("db"), words.container("px", true)]).toEqual(["0", "new"]);
  expect(new Words(parseApplied(whole), "new").container("px", true)).toBe("0");
});

it("a container that is gone keeps its last word, and everything in a lost database is fresh", () => {
  const text = whole
    .replace("made\tdb\trunning\n", "")
    .replaceAll(`db|${own}`, "db|memory=1 word=w9");
  const words = new Words(parseApplied(text), "new");
  expect(words.container("db")).toBe("w9");
  expect(ask(words)).toEqual({
    ...applied,
    ...{ "a-grant": "new", ready: "new-restart", "salt-kept": "new", setup: "new" },
  });
  expect(words.drift).toEqual([{ what: "container db", reason: "it is gone" }]);
});

it("a database that the configuration has only now moved is not a lost one", () => {
  const words = new Words(parseApplied(whole), "new");
  expect(words.of({ kind: "kept", id: "salt-kept", name: "salt-key", database: "psql" })).toBe(
    "w2",
  );
  expect(words.of({ kind: "key", id: "a-grant", key: "a", database: "psql" })).toBe("w3");
  expect(words.ready({ kind: "ready", id: "ready", containers: ["px"] }, "psql")).toBe("w6");
  expect(words.drift).toEqual([]);
});

it.each([
  ["here", "h1", "w7", []],
  [
    "moved by an up that did not end",
    "h2",
    "new",
    [{ what: "LiteLLM's data", reason: "it was moved" }],
  ],
] as const)("LiteLLM's data is %s", (_, now, word, drift) => {
  const text = `applied\thome\tw7\th1\nring\tdatabase-home\t${now}\nlooked\tring`;
  const words = new Words(parseApplied(text), "new");
  expect(words.of({ kind: "home", id: "home" })).toBe(word);
  expect(words.drift).toEqual(drift);
});

describe("a container that rolls", () => {
  it("is known by its plain name, whatever its suffix is", () => {
    const names = ["mcp-edge", "mcp-litellm-proxy-x7k2p9", "mcp-post", "mcp-post-a1b2c3"];
    expect(
      ["mcp-edge", "mcp-litellm-proxy", "mcp-post", "mcp-gone"].map((plain) =>
        nameAmong(names, plain),
      ),
    ).toEqual(["mcp-edge", "mcp-litellm-proxy-x7k2p9", "mcp-post", "mcp-gone"]);
  });

  it.each(["mcp-litellm-proxy-toolong", "mcp-litellm-proxy-ABCDEF", "mcp-litellm-proxyab12cd"])(
    "is not %s",
    (other) => {
      expect(nameAmong([other], "mcp-litellm-proxy")).toBe("mcp-litellm-proxy");
    },
  );
});
