import { run } from "../../../../components/host/exec.ts";

it("gives a program its standard input and returns what it says", async () => {
  expect(await run("sh", ["-c", "cat; echo no >&2; exit 3"], { stdin: "in" })).toEqual({
    code: 3,
    stdout: "in",
    stderr: "no\n",
  });
});

it("survives a program that does not read its standard input", async () => {
  const stdin = "x".repeat(1_000_000);
  expect(await run("sh", ["-c", "exec <&-; sleep 0.1; exit 4"], { stdin })).toEqual({
    code: 4,
    stdout: "",
    stderr: "",
  });
});

it("throws for a program that is not there", async () => {
  await expect(run("/nowhere/program", [])).rejects.toThrow("ENOENT");
});
