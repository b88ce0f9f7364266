/** The command line and environment of a program run: what Pulumi.yaml says, for Node.js. */
import type pb from "@pulumi/pulumi/proto/language_pb.js";

type RunRequest = Pick<
  pb.RunRequest,
  | "getInfo"
  | "getConfigMap"
  | "getConfigsecretkeysList"
  | "getMonitorAddress"
  | "getProject"
  | "getStack"
  | "getOrganization"
  | "getParallel"
  | "getDryrun"
  | "getArgsList"
>;

/** The SDK's runner exits with this when it has told the user already what is wrong. */
const BAIL = 32;

interface RuntimeOptions {
  readonly typescript: boolean;
  readonly nodeargs: string[];
}

/** `runtime.options` of Pulumi.yaml; what this host can't honour it refuses. */
export function runtimeOptions(options: Record<string, unknown>): RuntimeOptions {
  const known = ["typescript", "nodeargs", "packagemanager"];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new Error(`runtime option ${unknown} is not implemented here`);
  const { typescript = true, nodeargs = "" } = options;
  if (typeof typescript !== "boolean") throw new Error("typescript option must be a boolean");
  if (typeof nodeargs !== "string") throw new Error("nodeargs option must be a string");
  if (/["'\\]/.test(nodeargs)) throw new Error("quotes in nodeargs are not implemented here");
  return { typescript, nodeargs: nodeargs.split(/\s+/).filter((word) => word !== "") };
}

function optionsOf(request: RunRequest): RuntimeOptions {
  return runtimeOptions(request.getInfo()?.getOptions()?.toJavaScript() ?? {});
}

/** Everything after `node`. */
export function programArguments(
  request: RunRequest,
  runner: string,
  engineAddress: string,
): string[] {
  const info = request.getInfo();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  return [
    ...optionsOf(request).nodeargs,
    runner,
    ...Object.entries(flags).flatMap(([key, value]) => (value === "" ? [] : [`--${key}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

/** The stack's config travels in the environment, under the old spelling of its keys. */
export function programEnvironment(request: RunRequest): Record<string, string> {
  const config: Record<string, string> = {};
  request.getConfigMap().forEach((value, key) => {
    const [namespace = "", ...name] = key.split(":");
    config[`${namespace}:config:${name.join(":")}`] = value;
  });
  return {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    // False leaves TypeScript to Node itself, which strips the types in a tenth of ts-node's time.
    PULUMI_NODEJS_TYPESCRIPT: String(optionsOf(request).typescript),
  };
}

/** What the engine is told of how the program ended. */
export function runOutcome(
  code: number | null,
  signal: NodeJS.Signals | null,
): { readonly bail: boolean; readonly error: string } {
  if (code === 0) return { bail: false, error: "" };
  if (code === BAIL) return { bail: true, error: "" };
  const how = signal === null ? `non-zero exit code: ${code ?? "none"}` : `signal: ${signal}`;
  return { bail: false, error: `Program exited with ${how}` };
}
