import { readFileSync } from "node:fs";
import { knownHoles, versionOf } from "../../../../components/litellm/known-holes.ts";
import { holes } from "../../../../components/litellm/published-holes.ts";
import { inCheckout } from "../../../support/paths.ts";

it.each([
  ["ghcr.io/berriai/litellm:main-v1.77.3-stable", "1.77.3"],
  ["registry.test:5000/litellm:v1.84.0", "1.84.0"],
  ["ghcr.io/berriai/litellm:main-v1.77.3-stable@sha256:00", "1.77.3"],
  ["127.0.0.1:5055/litellm@sha256:00", undefined],
  ["litellm:latest", undefined],
])("reads the version of %s", (image, version) => {
  expect(versionOf(image)).toBe(version);
});

const has = (tag: string, id: string): boolean => id in knownHoles(`litellm:${tag}`);

it.each([
  ["CVE-2026-42271", ["v1.74.2", "v1.77.3", "v1.83.6"], ["v1.74.1", "v1.83.7"]],
  ["CVE-2026-35030", ["v1.0.0", "v1.82.9"], ["v1.83.0", "v1.100.0"]],
  ["CVE-2026-42208", ["v1.81.16", "v1.83.6"], ["v1.77.3", "v1.81.15", "v1.83.7"]],
  ["CVE-2026-89032", ["v1.77.3", "v1.100.3"], ["v1.101.0"]],
  ["CVE-2026-12796", ["v1.0.0", "v1.77.3", "v2.0.0"], []],
])("%s: in %j, not in %j", (id, there, gone) => {
  expect(there.filter((tag) => !has(tag, id))).toEqual([]);
  expect(gone.filter((tag) => has(tag, id))).toEqual([]);
});

it("takes an image whose tag tells no version to have all", () => {
  expect(Object.keys(knownHoles("litellm:latest"))).toEqual(holes.map(({ id }) => id));
});

it("has each hole once", () => {
  expect(new Set(holes.map(({ id }) => id)).size).toBe(holes.length);
});

it("names of a version after all fixes those that nobody calls fixed", () => {
  const open = holes.filter(({ fixedIn }) => fixedIn === undefined).map(({ id }) => id);
  expect(Object.keys(knownHoles("litellm:v2.0.0"))).toEqual(open);
});

it("says of each whether it is used, whether a fix is known, and what shields it", () => {
  const known = knownHoles("litellm:v1.83.7");
  expect(known["CVE-2026-49468"]).toBe(
    "exploited in the wild; shielded: the edge takes only known names, and gives LiteLLM its own name instead of the client's",
  );
  expect(known["CVE-2026-12796"]).toBe(
    "not known to be exploited; no fixed version known; shielded: the edge knows no such route, and the gate asks for the operator's secret there; no SSO is configured",
  );
});

it("has of the version that the gateway is made for what is accepted of its lock file", () => {
  const accepted = JSON.parse(readFileSync("ops/advisories/accepted.json", "utf8")) as readonly {
    packages: Readonly<Record<string, readonly string[]>>;
  }[];
  const ids = accepted.flatMap(({ packages }) => packages["litellm"] ?? []);
  expect([...ids].sort()).toEqual(Object.keys(knownHoles("litellm:v1.77.3")).sort());
});

it("is the table of docs/security.md", () => {
  const rows = readFileSync(inCheckout("docs/security.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| (CVE|GHSA)-/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    holes.map(({ id, from, fixedIn, isExploited, what, shield }) => [
      id,
      [
        ...(from === "0.0.0" ? [] : [from]),
        fixedIn === undefined ? "no fixed version known" : `to before ${fixedIn}`,
      ].join(" "),
      isExploited ? "yes" : "not known",
      what,
      shield,
    ]),
  );
});
