import { type AppliedFacts, parseApplied } from "../../../../components/drift/applied-facts.ts";
import {
  type Look,
  type Wanted,
  appliedBy,
  containerRevision,
  decideAll,
  driftAmong,
  driftPlan,
  notLooked,
  parseRevision,
  revisionText,
} from "../../../../components/drift/decisions.ts";
import { type Thing, nameAmong } from "../../../../components/drift/drift.ts";

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

const wanted: readonly Wanted[] = [
  // Before the files that its containers read: the order says nothing.
  { thing: { kind: "ready", id: "ready", containers: ["db", "px"] }, tablesIn: "db" },
  { thing: { kind: "files", id: "env", what: "files" } },
  { thing: { kind: "setup", id: "setup", database: "db" } },
  { thing: { kind: "kept", id: "salt-kept", name: "salt-key", database: "db" } },
  { thing: { kind: "key", id: "a-grant", key: "a", database: "db" } },
  { thing: { kind: "purge", id: "purge", names: ["a"] } },
];

const seen = (facts: AppliedFacts): Look => ({ facts, fresh: "new" });

/** Everything that is wanted, and the text of its revision. */
const revisions = (look: Look): Record<string, string> =>
  Object.fromEntries(
    appliedBy(decideAll(look, wanted)).map(({ thing, revision }) => [thing.id, revision]),
  );

const driftIn = (look: Look) => driftAmong(decideAll(look, wanted));

/** The same of one thing alone. */
function alone(facts: AppliedFacts, thing: Thing, tablesIn?: string) {
  const one = tablesIn === undefined ? { thing } : { thing, tablesIn };
  const decisions = decideAll(seen(facts), [one]);
  return [appliedBy(decisions)[0]?.revision, driftAmong(decisions)];
}

const applied = {
  "a-grant": "w3",
  env: "w1",
  purge: "w4",
  ready: "w6",
  "salt-kept": "w2",
  setup: "w5",
};

it("keeps the revisions that it reads while everything is as it was applied", () => {
  const look = seen(parseApplied(whole));
  expect(revisions(look)).toEqual(applied);
  expect(driftIn(look)).toEqual([]);
  expect(new Set(decideAll(look, wanted).map(({ action }) => action))).toEqual(new Set(["keep"]));
  expect([containerRevision(look, "db"), containerRevision(look, "px")]).toEqual(["0", "0"]);
});

it("has one revision for all where no host was looked at", () => {
  expect(new Set(Object.values(revisions(notLooked)))).toEqual(new Set(["0"]));
  expect([containerRevision(notLooked, "db"), driftIn(notLooked)]).toEqual(["0", []]);
});

it("has fresh revisions, and finds no drift, where nothing is deployed", () => {
  const look = seen(parseApplied(""));
  expect(new Set(Object.values(revisions(look)))).toEqual(new Set(["new"]));
  expect([containerRevision(look, "db"), driftIn(look)]).toEqual(["0", []]);
});

describe("a revision's text, which is in scripts and notes of deployed stacks", () => {
  it.each([
    ["1790000000000", { stamp: "1790000000000", restarted: "nothing" }],
    ["1790000000000-edited", { stamp: "1790000000000", restarted: "readers" }],
    ["1790000000000-restart", { stamp: "1790000000000", restarted: "containers" }],
  ] as const)("%s", (text, revision) => {
    expect(parseRevision(text)).toEqual(revision);
    expect(revisionText(revision)).toBe(text);
  });

  it("stays as it is after a restart, so that the script does", () => {
    const look = seen(spoilt("applied\tenv\tw1", "applied\tenv\tw1-edited"));
    expect(revisions(look)).toEqual({ ...applied, env: "w1-edited" });
    expect(decideAll(look, wanted).find(({ thing }) => thing.id === "env")).toEqual({
      thing: { kind: "files", id: "env", what: "files" },
      revision: { stamp: "w1", restarted: "readers" },
      action: "keep",
      drift: [],
    });
  });
});

describe("the plan", () => {
  it("has every thing that is listed, and no other", () => {
    const plan = driftPlan(seen(parseApplied(whole)), wanted);
    expect(plan.of("env").revision).toEqual({ stamp: "w1", restarted: "nothing" });
    expect(() => plan.of("other")).toThrow("other is not among the things to apply");
  });

  it("has no two things of one name", () => {
    expect(() => driftPlan(notLooked, [...wanted, ...wanted.slice(0, 1)])).toThrow("same id");
  });
});

const fresh = (id: string, revision = "new"): Record<string, string> => ({ [id]: revision });

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
  const look = seen(spoilt(from, to));
  expect(revisions(look)).toEqual({ ...applied, ...other });
  expect(driftIn(look)).toEqual(drift);
  for (const { thing, action } of decideAll(look, wanted))
    expect(action).toBe(thing.id in other ? "apply" : "keep");
});

describe("a network that a container is put on while it runs", () => {
  const link = { kind: "link", id: "link-a", container: "relay", network: "net-c-a" } as const;
  const deployed = (...now: string[]) =>
    parseApplied(["applied\tlink-a\tw8\t", "made\trelay\trunning", ...now].join("\n"));

  it("is left alone while it is on it, whatever else it is on", () => {
    const facts = deployed("joined\trelay\tnet-c-a net-c-b net-inner ");
    expect(alone(facts, link)).toEqual(["w8", []]);
  });

  it.each(["joined\trelay\tnet-inner net-c-ab ", "joined\tother\tnet-c-a "])(
    "is put on again where it is not: %s",
    (now) => {
      expect(alone(deployed(now), link)).toEqual([
        "new",
        [{ what: "container relay", reason: "it is not on the network net-c-a" }],
      ]);
    },
  );

  it("is no drift of its own where the container is gone or stopped", () => {
    for (const made of ["", "made\trelay\texited"]) {
      const facts = parseApplied(`applied\tlink-a\tw8\t\n${made}`);
      expect(alone(facts, link)).toEqual(["w8", []]);
    }
  });
});

it("a stopped database says nothing of what is in it", () => {
  const facts = parseApplied(
    [...lines.file, ...lines.rest, ...lines.containers]
      .join("\n")
      .replace("db\trunning", "db\texited") + "\napplied\ta-grant\tw3\tx",
  );
  expect(alone(facts, { kind: "key", id: "a-grant", key: "a", database: "db" })[0]).toBe("w3");
  expect(alone(facts, { kind: "setup", id: "setup", database: "db" })[0]).toBe("w5");
});

it("a container edited by hand gets another revision, so that it is replaced", () => {
  const edited = `containers\tdb|${own};px|memory=2 networks=net+ word=0;`;
  const look = seen(spoilt(`containers\tdb|${own};px|${own};`, edited));
  expect([containerRevision(look, "db"), containerRevision(look, "px")]).toEqual(["0", "new"]);
  expect(driftIn(look)).toEqual([{ what: "container px", reason: "memory is 2, was 1" }]);
});

it("replaces the proxy, and no other, when something is in the database that it may have loaded", () => {
  const look = seen(spoilt("looked\trows", "looked\trows\nrow\tmodel\tevil"));
  expect([containerRevision(look, "db"), containerRevision(look, "px", true)]).toEqual([
    "0",
    "new",
  ]);
  expect(containerRevision(seen(parseApplied(whole)), "px", true)).toBe("0");
});

it("a container that is gone keeps its last revision, and everything in a lost database is fresh", () => {
  const text = whole
    .replace("made\tdb\trunning\n", "")
    .replaceAll(`db|${own}`, "db|memory=1 word=w9");
  const look = seen(parseApplied(text));
  expect(containerRevision(look, "db")).toBe("w9");
  expect(revisions(look)).toEqual({
    ...applied,
    "a-grant": "new",
    ready: "new-restart",
    "salt-kept": "new",
    setup: "new",
  });
  expect(driftIn(look)).toEqual([{ what: "container db", reason: "it is gone" }]);
});

it("a database that the configuration has only now moved is not a lost one", () => {
  const facts = parseApplied(whole);
  const kept = { kind: "kept", id: "salt-kept", name: "salt-key", database: "psql" } as const;
  expect(alone(facts, kept)).toEqual(["w2", []]);
  const key = { kind: "key", id: "a-grant", key: "a", database: "psql" } as const;
  expect(alone(facts, key)).toEqual(["w3", []]);
  const ready = { kind: "ready", id: "ready", containers: ["px"] } as const;
  expect(alone(facts, ready, "psql")).toEqual(["w6", []]);
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
  expect(alone(parseApplied(text), { kind: "home", id: "home" })).toEqual([word, drift]);
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
