import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { changedPaths, isSaltAlone, uncommittedWarning } from "../../../ops/lib/uncommitted.ts";

it("reads what git says has changed, a rename by its new name", () => {
  const status = " M Makefile\0R  bench/add.ts\0ops/bench/add.ts\0?? a file\0A  docs/R  odd.md\0";
  expect(changedPaths(status)).toEqual(["Makefile", "bench/add.ts", "a file", "docs/R  odd.md"]);
  expect(changedPaths("")).toEqual([]);
});

test.each([
  ["the salt alone", ["+encryptionsalt: v1:abc="], true],
  ["another salt", ["-encryptionsalt: v1:abc=", "+encryptionsalt: v1:def="], true],
  ["a value as well", ["+encryptionsalt: v1:abc=", "-  port: 4000", "+  port: 4001"], false],
  ["no change that can be seen", [], false],
])("Pulumi's own change of a stack's file: %s", (_, lines, expected) => {
  const head = ["diff --git a/Pulumi.lan.yaml b/Pulumi.lan.yaml", "--- a/Pulumi.lan.yaml"];
  const diff = [...head, "+++ b/Pulumi.lan.yaml", "@@ -0,0 +1 @@", ...lines, ""].join("\n");
  expect(isSaltAlone(diff)).toBe(expected);
});

test.each([
  [[], undefined],
  [["a"], "an uncommitted change (a)"],
  [["a", "b", "c"], "3 uncommitted changes (a, b, c)"],
  [["a", "b", "c", "d"], "4 uncommitted changes (a, b, c, …)"],
])("says how many there are and names the first: %j", (paths, words) => {
  const expected = words && `! this checkout has ${words}: no commit says what is deployed from it`;
  expect(uncommittedWarning(paths)).toBe(expected);
});

describe("the command", () => {
  const directory = mkdtempSync(join(tmpdir(), "uncommitted-"));
  const project = join(directory, "project");
  // A git hook that runs this has GIT_DIR set to the repository that it belongs to.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")),
  );
  const git = (...args: string[]): void => {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.test"];
    const options = { cwd: project, env: environment, encoding: "utf8" } as const;
    const ran = spawnSync("git", [...identity, ...args], options);
    if (ran.status !== 0) throw new Error(ran.stderr);
  };
  const said = (env: NodeJS.ProcessEnv = environment): string => {
    const command = [resolve("ops/uncommitted.ts")];
    const ran = spawnSync(process.execPath, command, { cwd: project, env, encoding: "utf8" });
    expect(ran.status).toBe(0);
    expect(ran.stdout).toBe("");
    return ran.stderr;
  };
  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, "Pulumi.yaml"), "name: p\n");
    writeFileSync(join(project, "Pulumi.local.yaml"), "config: {}\n");
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it("has nothing to say without a repository, without git, and in somebody else's repository", () => {
    expect(said()).toBe("");
    expect(said({ ...environment, PATH: "/nowhere" })).toBe("");
    git("init", "--quiet", directory);
    expect(said()).toBe("");
  });

  it("counts everything but the salt", () => {
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--no-verify", "--message", "first");
    expect(said()).toBe("");
    writeFileSync(join(project, "Pulumi.local.yaml"), "encryptionsalt: v1:abc=\nconfig: {}\n");
    expect(said()).toBe("");
    writeFileSync(join(project, "tools.lock.json"), "{}\n");
    expect(said()).toContain("has an uncommitted change (tools.lock.json)");
    writeFileSync(join(project, "Pulumi.local.yaml"), "encryptionsalt: v1:abc=\nconfig: {a: 1}\n");
    expect(said()).toContain("has 2 uncommitted changes (Pulumi.local.yaml, tools.lock.json)");
  });
});
