import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import renovate from "../../../renovate.json" with { type: "json" };

/** Made or kept by other people, and what a deployment leaves in a checkout. */
const foreign = new Set([".git", ".gateway", ".lab", ".pulumi-state", "node_modules"]);

/** Files that name versions and pin nothing: an update that changed them would claim too much. */
const noPins: readonly (readonly [RegExp, string])[] = [
  [/\.md$/, "prose"],
  [/^tests\/unit\//, "examples"],
  [/^tests\/golden\//, "made by UPDATE_GOLDEN=1"],
  [/^schemas\//, "made by make schema"],
  [/^tools\.lock\.json$/, "read from the servers themselves by make tools-lock"],
  [/(^|\/)(package-lock\.json|go\.sum|requirements[^/]*\.(lock|txt))$/, "locks, made anew"],
  [/(^|\/)guard_seams\.py$/, "whose sources were read, by hand: CONTRIBUTING.md"],
];

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (foreign.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

const files = filesBelow(".");
const texts = new Map(
  files
    .filter((file) => !noPins.some(([pattern]) => pattern.test(file)))
    .map((file) => [file, readFileSync(file, "utf8")]),
);

interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function spans(text: string, pattern: RegExp, group = 0): Span[] {
  return [...text.matchAll(new RegExp(pattern, `${pattern.flags.replace("g", "")}dg`))].flatMap(
    (match) => {
      const [start, end] = match.indices?.[group] ?? [];
      return start === undefined || end === undefined
        ? []
        : [{ start, end, text: text.slice(start, end) }];
    },
  );
}

/** The images' names, without tag and digest, of the lab's list and of every definition. */
const repositories = new Set(
  [...texts]
    .flatMap(([file, text]) => {
      if (/images\/list$/.test(file)) return spans(text, /^\S+\s+(\S+)/m, 1).filter(isImage);
      if (/\.yaml$/.test(file)) return spans(text, /^\s*image: (\S+)/m, 1);
      return spans(text, /imageReference\s*\.default\(\s*"([^"]+)"/, 1);
    })
    .map(({ text }) => text.replace(/@.*$/, "").replace(/:[^/]*$/, "")),
);

function isImage({ text }: Span): boolean {
  return text.includes(":") || text.includes("@");
}

const escaped = (text: string): string => text.replaceAll(/[.\\]/g, String.raw`\$&`);
const names = [...repositories].map(escaped).join("|");
// A tag has a digit, and is no port; between backticks somebody only speaks of it.
const reference = new RegExp(
  String.raw`(?<![\w./\x60-])(?:${names})(?::(?!\d{4,5}\b)[\w.-]*\d[\w-]*)?(?:@sha256:[0-9a-f]{64})?`,
);

/** What stands for one exact version of something, found without Renovate's configuration. */
function pins(file: string, text: string): Span[] {
  const found = [
    ...spans(text, /sha256:[0-9a-f]{64}/),
    ...spans(text, reference).filter(isImage),
    ...(file.endsWith(".yaml") ? spans(text, /^\s*image: (\S+)/m, 1) : []),
    ...(file.endsWith(".sh") ? spans(text, /\b[A-Z_]*VERSION=(\d[\d.]*)/, 1) : []),
    ...(/images\/[^/]+\/check$/.test(file) ? spans(text, /"(\d[\d.]+)"/, 1) : []),
  ];
  // A digest is part of its reference.
  return found.filter(
    (pin, index) =>
      !found.some(
        (other, at) =>
          at !== index &&
          other.start <= pin.start &&
          pin.end <= other.end &&
          (other.text.length > pin.text.length || at < index),
      ),
  );
}

const matchers = renovate.customManagers.flatMap(({ managerFilePatterns, matchStrings }) =>
  matchStrings.map((matchString) => ({
    matchString,
    isFor: (file: string): boolean =>
      managerFilePatterns.some((pattern) => new RegExp(pattern.slice(1, -1)).test(file)),
  })),
);

const matched = (file: string, text: string): Span[] =>
  matchers
    .filter(({ isFor }) => isFor(file))
    .flatMap(({ matchString }) => spans(text, new RegExp(matchString)));

it("knows every pin, and knows it once", () => {
  const wrong = [...texts].flatMap(([file, text]) => {
    const known = matched(file, text);
    return pins(file, text).flatMap((pin) => {
      const count = known.filter(({ start, end }) => start <= pin.start && pin.end <= end).length;
      return count === 1 ? [] : [`${file}: ${pin.text} is known ${count} times`];
    });
  });
  expect(wrong).toEqual([]);
});

it("sees the pins that this is about", () => {
  const seen = [...texts].flatMap(([file, text]) =>
    pins(file, text).map(
      (pin) => `${file.split("/").slice(-2).join("/")} ${pin.text.replace(/[0-9a-f]{60}$/, "…")}`,
    ),
  );
  for (const pin of [
    "database/schema.ts postgres:16-alpine",
    "common/values-schema.ts ghcr.io/berriai/litellm:main-v1.77.3-stable",
    "config/schema.ts ubuntu/squid@sha256:6a09…",
    "images/list crystaldba/postgres-mcp:0.3.0@sha256:dbbd…",
    "mcp-connectors/postgres.yaml crystaldba/postgres-mcp:0.3.0@sha256:dbbd…",
    "mcp-connectors/toolshed.yaml mcp-gateway/bridge:0.13.0",
    "haproxy/Dockerfile haproxy:3.0-alpine",
    "fetch/check 2026.10.24",
    "steps/lib.sh 3.259.0",
    "Pulumi.lan.yaml haproxy:3.0-alpine",
  ])
    expect(seen).toContain(pin);
});

it("has no expression that finds nothing, and none that Renovate's RE2 does not take", () => {
  const idle = matchers.filter(
    ({ isFor, matchString }) =>
      ![...texts].some(([file, text]) => isFor(file) && new RegExp(matchString).test(text)),
  );
  expect(idle.map(({ matchString }) => matchString)).toEqual([]);
  for (const { matchString } of matchers) expect(matchString).not.toMatch(/\(\?(?:=|!|<=|<!)|\\\d/);
  for (const { managerFilePatterns } of renovate.customManagers)
    for (const pattern of managerFilePatterns) expect(pattern).toMatch(/^\/.+\/$/);
});

it("leaves out no file that has a pin, as Renovate does with tests by itself", () => {
  const ignored = files.filter((file) =>
    renovate.ignorePaths.some((pattern) => matchesGlob(file, pattern)),
  );
  expect(ignored.filter((file) => texts.has(file))).toEqual([]);
});

it("has a manager of Renovate's own for each kind of file that has one, and no other", () => {
  const kinds: Readonly<Record<string, RegExp>> = {
    npm: /(^|\/)package\.json$/,
    gomod: /(^|\/)go\.mod$/,
    nvm: /(^|\/)\.nvmrc$/,
    pip_requirements: /(^|\/)requirements[^/]*\.in$/,
    dockerfile: /(^|\/)Dockerfile$/,
    "github-actions": /^\.github\/workflows\/[^/]+\.ya?ml$/,
    "docker-compose": /(^|\/)(docker-)?compose[^/]*\.ya?ml$/,
    devcontainer: /(^|\/)devcontainer\.json$/,
    cargo: /(^|\/)Cargo\.toml$/,
  };
  const needed = Object.entries(kinds).flatMap(([name, pattern]) =>
    files.some((file) => pattern.test(file)) ? [name] : [],
  );
  expect([...renovate.enabledManagers].sort()).toEqual(["custom.regex", ...needed].sort());
});

it("names each action by its commit, with the version beside it", () => {
  const uses = [...texts]
    .filter(([file]) => file.startsWith(".github/"))
    .flatMap(([, text]) => spans(text, /\buses: (.+)/, 1).map((span) => span.text));
  expect(uses.length).toBeGreaterThan(0);
  for (const use of uses) expect(use).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

// Renovate changes what is asked for; the lock is made anew by hand (CONTRIBUTING.md).
const asked = files.filter((file) => /(^|\/)requirements[^/]*\.in$/.test(file));
test.each(asked)("%s is what its lock has", (file) => {
  const locks = [".lock", ".txt"].map((ending) => file.replace(/\.in$/, ending));
  const lock = readFileSync(locks.find((path) => existsSync(path)) ?? "", "utf8");
  const wanted = spans(readFileSync(file, "utf8"), /^[^#\s]+==\S+/m);
  expect(wanted.length).toBeGreaterThan(0);
  const plain = (text: string): string => text.replace(/\[.*\]/, "").replaceAll("_", "-");
  const missing = wanted.filter(({ text }) => !`\n${lock}`.includes(`\n${plain(text)} `));
  expect(missing.map(({ text }) => text)).toEqual([]);
});
