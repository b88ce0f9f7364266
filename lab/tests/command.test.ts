/** The local command resource, with real commands. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandResource, previousOutput } from "../plugins/command/lifecycle.ts";
import { runLocally } from "../plugins/command/local.ts";
import { subject } from "./subject.ts";

const { create, update, delete: remove } = commandResource(runLocally);
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "command-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function updated(state: Record<string, string>, inputs: Record<string, string | boolean>) {
  if (update === undefined) throw new Error("a command can be updated");
  return update(subject(), "id", state, inputs);
}

test("create runs, and what was printed becomes outputs less one newline", async () => {
  const inputs = { create: "printf 'a\\nb\\n\\n'; echo oops >&2", stdin: "unread" };
  const { id, outputs } = await create(subject(), inputs);
  expect(id).toMatch(/^it[0-9a-f]{8}$/);
  expect(outputs).toEqual({ ...inputs, stdout: "a\nb\n", stderr: "oops" });
});

test("without create nothing runs", async () => {
  const { outputs } = await create(subject(), { delete: "exit 1" });
  expect(outputs).toEqual({ delete: "exit 1", stdout: "", stderr: "" });
});

test("standard input is what is given, else empty", async () => {
  const given = await create(subject(), { create: "cat", stdin: "s3cret\n" });
  expect(given.outputs["stdout"]).toBe("s3cret");
  const none = await create(subject(), { create: "cat; echo end" });
  expect(none.outputs["stdout"]).toBe("end");
});

test("directory, interpreter and environment", async () => {
  const inputs = {
    create: "import os; print(os.getcwd(), os.environ['A'], 'PATH' in os.environ)",
    dir: directory,
    interpreter: ["python3", "-c"],
    environment: { A: "1" },
  };
  const { outputs } = await create(subject(), inputs);
  expect(outputs["stdout"]).toBe(`${directory} 1 True`);
});

test("update runs instead of create if there is one", async () => {
  const state = { stdout: "before", stderr: "noise" };
  const show = 'echo "$0 $PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR"';
  expect(await updated(state, { create: `${show} create` })).toMatchObject({
    stdout: "/bin/sh before noise create",
  });
  expect(await updated(state, { create: "exit 1", update: "echo new" })).toEqual({
    create: "exit 1",
    update: "echo new",
    stdout: "new",
    stderr: "",
  });
  expect(await updated(state, { delete: "true" })).toEqual({ delete: "true", ...state });
});

test("the previous output stays out of the environment where it is told to", async () => {
  const inputs = { create: 'echo "${PULUMI_COMMAND_STDOUT-none}"', addPreviousOutputInEnv: false };
  expect(await updated({ stdout: "before", stderr: "" }, inputs)).toMatchObject({ stdout: "none" });
  expect(previousOutput({}, { stdout: "", stderr: "e" })).toEqual({ PULUMI_COMMAND_STDERR: "e" });
});

test("delete runs with everything as it was saved", async () => {
  const file = join(directory, "gone");
  const saved = { environment: { WHO: "me" }, stdin: "in", stdout: "out", stderr: "" };
  const script = `echo "$WHO $(cat) $PULUMI_COMMAND_STDOUT" > ${file}`;
  await remove(subject(), "id", { ...saved, delete: script });
  expect(readFileSync(file, "utf8")).toBe("me in out\n");
  await expect(remove(subject(), "id", saved)).resolves.toBeUndefined();
});

test("a failing command's error quotes all that it printed, whatever logging says", async () => {
  const inputs = { create: 'echo "to out"; echo to err >&2; exit 3', logging: "none" };
  const about = subject();
  await expect(create(about, inputs)).rejects.toThrow(
    'exit status 3: running "echo \\"to out\\"; echo to err >&2; exit 3":\nto out\nto err\n',
  );
  expect(about.messages).toEqual([]);
});

test.each([
  ["stdout", ["out", "tail"]],
  ["stderr", ["err"]],
  ["stdoutAndStderr", ["out", "err", "tail"]],
  [undefined, ["out", "err", "tail"]],
  ["none", []],
])("logging %s shows %j in passing", async (logging, expected) => {
  const about = subject();
  const command = "echo out; sleep 0.05; echo err >&2; sleep 0.05; printf tail";
  await create(about, { create: command, ...(logging === undefined ? {} : { logging }) });
  expect(about.messages).toEqual(
    expected.map((message) => ({ severity: "info", message, passing: true })),
  );
});

test("a program that does not exist, and one that is killed", async () => {
  const missing = create(subject(), { create: "x", interpreter: ["/no/such/program"] });
  await expect(missing).rejects.toThrow("ENOENT");
  await expect(create(subject(), { create: "kill -9 $$" })).rejects.toThrow("signal: SIGKILL");
});

test("giving up ends the command at once", async () => {
  const controller = new AbortController();
  const started = Date.now();
  const running = create(subject(controller.signal), { create: "exec sleep 30" });
  setTimeout(() => {
    controller.abort();
  }, 100);
  await expect(running).rejects.toThrow("signal: SIGKILL");
  expect(Date.now() - started).toBeLessThan(5000);
});

test("a command that does not read its input is no failure", async () => {
  const { outputs } = await create(subject(), { create: "true", stdin: "x".repeat(1_000_000) });
  expect(outputs["stdout"]).toBe("");
});
