/** What the language host passes on to Node.js. */
import pb from "@pulumi/pulumi/proto/language_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import {
  programArguments,
  programEnvironment,
  runOutcome,
  runtimeOptions,
} from "../plugins/language/run.ts";

function request(options: Record<string, string | boolean>) {
  const info = new pb.ProgramInfo();
  info.setRootDirectory("/root");
  info.setProgramDirectory("/checkout/program");
  info.setEntryPoint(".");
  info.setOptions(structPb.Struct.fromJavaScript(options));
  const made = new pb.RunRequest();
  made.setInfo(info);
  made.setMonitorAddress("127.0.0.1:1");
  made.setProject("p");
  made.setStack("s");
  made.setParallel(4);
  made.setDryrun(true);
  made.setArgsList(["extra"]);
  made.getConfigMap().set("p:a:b", "1");
  made.addConfigsecretkeys("p:a:b");
  return made;
}

test("the command line of a program", () => {
  const made = request({ typescript: false, nodeargs: " --no-warnings  --enable-source-maps" });
  expect(programArguments(made, "/run.js", "127.0.0.1:2")).toEqual([
    "--no-warnings",
    "--enable-source-maps",
    "/run.js",
    "--monitor",
    "127.0.0.1:1",
    "--engine",
    "127.0.0.1:2",
    "--project",
    "p",
    "--root-directory",
    "/root",
    "--stack",
    "s",
    "--pwd",
    "/checkout/program",
    "--parallel",
    "4",
    "--dry-run",
    ".",
    "extra",
  ]);
});

test("the environment of a program", () => {
  expect(programEnvironment(request({ typescript: false }))).toEqual({
    PULUMI_CONFIG: '{"p:config:a:b":"1"}',
    PULUMI_CONFIG_SECRET_KEYS: '["p:a:b"]',
    PULUMI_NODEJS_TYPESCRIPT: "false",
  });
  expect(programEnvironment(request({}))["PULUMI_NODEJS_TYPESCRIPT"]).toBe("true");
});

test.each([
  [{ typescript: "no" }, "typescript option must be a boolean"],
  [{ nodeargs: 1 }, "nodeargs option must be a string"],
  [{ nodeargs: "--title 'a b'" }, "quotes in nodeargs are not implemented here"],
  [{ tsconfig: "x" }, "runtime option tsconfig is not implemented here"],
])("the runtime options %j are refused", (options, message) => {
  expect(() => runtimeOptions(options)).toThrow(message);
});

test.each([
  [0, null, { bail: false, error: "" }],
  [32, null, { bail: true, error: "" }],
  [1, null, { bail: false, error: "Program exited with non-zero exit code: 1" }],
  [null, "SIGKILL", { bail: false, error: "Program exited with signal: SIGKILL" }],
] as const)("an exit with %p (%p)", (code, signal, outcome) => {
  expect(runOutcome(code, signal)).toEqual(outcome);
});
