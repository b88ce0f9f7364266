import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { checkout } from "../../support/paths.ts";

const scripts = globSync("{components/*/scripts/*.sh,guard/entrypoint.sh}", {
  cwd: checkout,
}).sort();

it("finds scripts to look at", () => {
  expect(scripts).not.toEqual([]);
});

it.each(scripts)("%s is POSIX shell", (file) => {
  expect(spawnSync("/bin/sh", ["-n", file], { cwd: checkout }).status).toBe(0);
});

const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
(shellcheck ? it : it.skip)("shellcheck finds nothing (skipped if it is not installed)", () => {
  // Variables come from the line that hostScript puts in front (SC2154).
  const ran = spawnSync("shellcheck", ["-s", "sh", "-e", "SC2154", ...scripts], {
    cwd: checkout,
    encoding: "utf8",
  });
  expect(ran.stdout).toBe("");
});
