import { complaints, findings } from "../../../../ops/advisories/judge.ts";
import { lockedNode, lockedPython } from "../../../../ops/advisories/locked.ts";
import { compare, inRange } from "../../../../ops/advisories/range.ts";
import { bestId, npmFindings, pipFindings } from "../../../../ops/advisories/registries.ts";

test.each([
  ["1.2.3", "<1.2.4", true],
  ["1.2.4", "<1.2.4", false],
  ["1.10.0", "<1.9.4", false],
  ["1.2.4-rc.1", "<1.2.4", true],
  ["1.2.4rc1", "<1.2.4", true],
  ["1.2", ">=1.2.0 <1.3", true],
  ["2.0.0", ">=1.0.0 <1.3 || >=2.0.0 <=2.0.1", true],
  ["1.5.0", ">=1.0.0 <1.3 || >=2.0.0 <=2.0.1", false],
  ["0.1", "*", true],
  ["1.0.0", "=1.0.0", true],
  ["1.0.1", "=1.0.0", false],
])("%s in %s: %s", (version, range, inside) => {
  expect(inRange(version, range)).toBe(inside);
});

test("builds of one version are equal", () => {
  expect(compare("1.0.0+a", "1.0.0+b")).toBe(0);
});

test("a requirements file has names and versions, hashes and markers aside", () => {
  const text = "A_b.c[x]==1.2.3 ; python_version < '4' \\\n    --hash=sha256:00\nd==1\n# e==2\n";
  expect(lockedPython(text)).toEqual([
    { ecosystem: "pypi", name: "a-b-c", version: "1.2.3" },
    { ecosystem: "pypi", name: "d", version: "1" },
  ]);
});

test("of a package-lock.json what is installed without dev, each once", () => {
  const packages = {
    "": { version: "0.1.0" },
    "node_modules/@a/b": { version: "1.0.0" },
    "node_modules/c/node_modules/@a/b": { version: "1.0.0" },
    "node_modules/d": { version: "2.0.0", dev: true },
    "node_modules/e": { name: "f", version: "3.0.0" },
  };
  expect(lockedNode(JSON.stringify({ packages }))).toEqual([
    { ecosystem: "npm", name: "@a/b", version: "1.0.0" },
    { ecosystem: "npm", name: "f", version: "3.0.0" },
  ]);
});

describe("findings", () => {
  const advisory = { id: "CVE-1", ecosystem: "npm" as const, name: "a", range: "<2" };
  const found = findings("x", [{ ecosystem: "npm", name: "a", version: "1.0.0" }], [advisory]);
  const accepted = {
    where: "x",
    reason: "so",
    shield: "that",
    packages: { a: ["CVE-1"] },
  };

  test("are about a package of the same registry in the range", () => {
    expect(found).toEqual([{ where: "x", name: "a", version: "1.0.0", id: "CVE-1" }]);
    expect(findings("x", [{ ecosystem: "pypi", name: "a", version: "1" }], [advisory])).toEqual([]);
    expect(findings("x", [{ ecosystem: "npm", name: "a", version: "2" }], [advisory])).toEqual([]);
  });

  test("that nobody accepted are named, with what to do", () => {
    expect(complaints(found, [])).toEqual([
      "x: CVE-1 is about a 1.0.0. Lock a version that it is not about (lab/README.md), or accept it with a reason in ops/advisories/accepted.json",
    ]);
    expect(complaints(found, [accepted])).toEqual([]);
    expect(complaints(found, [{ ...accepted, packages: { a: "*" } }])).toEqual([]);
    expect(complaints(found, [{ ...accepted, packages: { b: "*" } }])).toHaveLength(1);
  });

  test("that were accepted and are gone are named, another place's too", () => {
    expect(complaints([], [accepted])).toEqual([
      "x a CVE-1: accepted in ops/advisories/accepted.json and no longer found: take it out there",
    ]);
    expect(complaints(found, [{ ...accepted, where: "y" }])).toHaveLength(2);
  });
});

describe("registries", () => {
  test("an advisory goes by its CVE, else by GitHub's name", () => {
    expect(bestId(["PYSEC-1", "GHSA-x", "CVE-1"])).toBe("CVE-1");
    expect(bestId(["PYSEC-1", "GHSA-x"])).toBe("GHSA-x");
    expect(bestId(["PYSEC-1"])).toBe("PYSEC-1");
  });

  test("npm's report, each advisory once, and its word that it could not ask", () => {
    const via = { url: "https://example.org/advisories/GHSA-x", name: "a", range: "<2" };
    const report = { vulnerabilities: { a: { via: [via] }, b: { via: ["a", via] } } };
    expect(npmFindings("x", JSON.stringify(report))).toEqual([
      { where: "x", name: "a", version: "<2", id: "GHSA-x" },
    ]);
    expect(npmFindings("x", '{"vulnerabilities":{}}')).toEqual([]);
    expect(npmFindings("x", '{"message":"405 Method Not Allowed"}')).toBeUndefined();
    expect(npmFindings("x", "")).toBeUndefined();
  });

  test("pip-audit's report, and none", () => {
    const vulns = [{ id: "PYSEC-1", aliases: ["CVE-1"], fix_versions: ["2"] }];
    const report = {
      dependencies: [
        { name: "A_b", version: "1", vulns },
        { name: "c", version: "2" },
      ],
    };
    expect(pipFindings("x", JSON.stringify(report))).toEqual([
      { where: "x", name: "a-b", version: "1", id: "CVE-1" },
    ]);
    expect(pipFindings("x", "no such command")).toBeUndefined();
    // A registry that is not to be asked makes of it a report without a finding.
    const skipped = [...report.dependencies, { name: "d", skip_reason: "not found" }];
    expect(pipFindings("x", JSON.stringify({ dependencies: skipped }))).toBeUndefined();
  });
});
