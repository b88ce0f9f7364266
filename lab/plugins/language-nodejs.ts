/**
 * A Pulumi language host for Node.js: runs the program with the SDK's own runner.
 *
 * Test equipment for machines that can't download Pulumi's. No policy packs, no debugger, no
 * package generation; what `preview`, `up`, `refresh` and `destroy` need is here.
 */
import grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import lang from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { exitWithParent, onExit } from "./rpc/parent-watch.ts";
import { programArguments, programEnvironment, runOutcome } from "./language/run.ts";

const CANCEL_GRACE_MILLISECONDS = 5000;
const running = new Set<ChildProcess>();
let engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";

type RunRequest = InstanceType<typeof lang.RunRequest>;
type RunResponse = InstanceType<typeof lang.RunResponse>;

function reply<Response>(make: () => Response) {
  return (_call: unknown, done: grpc.sendUnaryData<Response>): void => {
    done(null, make());
  };
}

function run(request: RunRequest, done: (response: RunResponse) => void): void {
  const response = new lang.RunResponse();
  const directory = request.getInfo()?.getProgramDirectory() ?? process.cwd();
  let arguments_: string[];
  let env: Record<string, string | undefined>;
  try {
    const runner = createRequire(join(directory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
    arguments_ = programArguments(request, runner, engineAddress);
    env = { ...process.env, ...programEnvironment(request) };
  } catch (error) {
    response.setError(error instanceof Error ? error.message : String(error));
    done(response);
    return;
  }
  // The program's output is this process's output, which the engine shows to the user.
  const stdio = ["ignore", "inherit", "inherit"] as const;
  const child = spawn(process.execPath, arguments_, { cwd: directory, stdio: [...stdio], env });
  running.add(child);
  const forget = onExit(() => child.kill("SIGKILL"));
  const finish = (outcome: ReturnType<typeof runOutcome>) => {
    running.delete(child);
    forget();
    response.setBail(outcome.bail);
    response.setError(outcome.error);
    done(response);
  };
  child.on("error", (error) => {
    finish({ bail: false, error: `Problem executing program: ${error.message}` });
  });
  child.on("exit", (code, signal) => {
    finish(runOutcome(code, signal));
  });
}

function cancel(): void {
  for (const child of running) {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), CANCEL_GRACE_MILLISECONDS).unref();
  }
}

exitWithParent();
const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
server.addService(languageGrpc.LanguageRuntimeService, {
  handshake(
    call: grpc.ServerUnaryCall<InstanceType<typeof lang.LanguageHandshakeRequest>, unknown>,
    done: grpc.sendUnaryData<InstanceType<typeof lang.LanguageHandshakeResponse>>,
  ) {
    engineAddress = call.request.getEngineAddress();
    done(null, new lang.LanguageHandshakeResponse());
  },
  getPluginInfo: reply(() => new pluginPb.PluginInfo()),
  // Empty: the engine then asks for a plugin when it needs one, and finds ours on PATH.
  getRequiredPackages: reply(() => new lang.GetRequiredPackagesResponse()),
  getRequiredPlugins: reply(() => new lang.GetRequiredPluginsResponse()),
  getProgramDependencies: reply(() => new lang.GetProgramDependenciesResponse()),
  runtimeOptionsPrompts: reply(() => new lang.RuntimeOptionsResponse()),
  about: reply(() => {
    const about = new lang.AboutResponse();
    about.setExecutable(process.execPath);
    about.setVersion(process.version);
    return about;
  }),
  run(call: grpc.ServerUnaryCall<RunRequest, RunResponse>, done: grpc.sendUnaryData<RunResponse>) {
    call.on("cancelled", cancel);
    run(call.request, (response) => {
      done(null, response);
    });
  },
  cancel: reply(() => {
    cancel();
    return new emptyPb.Empty();
  }),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
