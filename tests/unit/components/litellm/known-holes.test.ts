import { readFileSync } from "node:fs";
import { holes, knownHoles, versionOf } from "../../../../components/litellm/known-holes.ts";
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

it.each([
  ["v1.77.3", ["CVE-2026-42271", "CVE-2026-49468", "CVE-2026-30623", "GHSA-jjhc-v7c2-5hh6"]],
  ["v1.74.1", ["CVE-2026-49468", "CVE-2026-30623", "GHSA-jjhc-v7c2-5hh6"]],
  ["v1.83.0", ["CVE-2026-42271", "CVE-2026-49468", "CVE-2026-30623"]],
  ["v1.83.7", ["CVE-2026-49468"]],
  ["v1.84.0", []],
  ["v2.0.0", []],
  ["latest", ["CVE-2026-42271", "CVE-2026-49468", "CVE-2026-30623", "GHSA-jjhc-v7c2-5hh6"]],
])("knows the holes of %s", (tag, ids) => {
  expect(Object.keys(knownHoles(`litellm:${tag}`))).toEqual(ids);
});

it("says of each whether it is used, and what shields it", () => {
  expect(knownHoles("litellm:v1.83.7")).toEqual({
    "CVE-2026-49468":
      "exploited in the wild; shielded: the edge takes only known names, and gives LiteLLM its own name instead of the client's",
  });
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
      `${from === "0.0.0" ? "" : `${from} `}to before ${fixedIn}`.trim(),
      isExploited ? "yes" : "not known",
      what,
      shield,
    ]),
  );
});
