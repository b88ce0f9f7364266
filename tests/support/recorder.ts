import * as pulumi from "@pulumi/pulumi";
import { optional } from "../../config/common/optional.ts";

const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** Whether an input reached the engine as a secret. */
export function isSecret(value: unknown): value is { readonly value: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Record<string, unknown>)[signature] === secretMark
  );
}

/** The value behind the secret mark, or the value itself. */
export function reveal(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}

const secretOf = (value: unknown) => ({ [signature]: secretMark, value });

interface RecordedOptions {
  readonly parent?: string;
  readonly dependsOn: readonly string[];
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
}

export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly options: RecordedOptions;
  /** Logical name of the explicit provider that reaches the resource. */
  readonly provider?: string;
}

export interface Recording {
  /** Sorted by URN; without the stack itself. */
  readonly resources: readonly Recorded[];
  readonly calls: readonly { readonly token: string; readonly inputs: unknown }[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The resource of that name and type, and only it. */
  readonly one: (type: string, name: string) => Recorded;
  readonly ofType: (type: string) => readonly Recorded[];
}

/** What a random value looks like here: long, unlike anything else, named after its resource. */
export const randomValue = (name: string): string =>
  `random-${name}`.replaceAll("-", "x").padEnd(40, "x");

function outputsOf(type: string, name: string, inputs: Record<string, unknown>) {
  if (type === "docker:index/remoteImage:RemoteImage")
    return { ...inputs, imageId: `sha256:${name}` };
  if (type === "random:index/randomPassword:RandomPassword")
    return { ...inputs, result: randomValue(name) };
  if (type === "random:index/randomString:RandomString") return { ...inputs, result: "ab12cd" };
  if (type.startsWith("command:")) {
    // keep-secret.sh prints the value of "<rotation> <overlap> <value>".
    const [, , kept] = String(reveal(inputs["stdin"] ?? "")).split(" ");
    return { ...inputs, stdout: name.endsWith("-kept") ? (kept ?? "").trim() : `out of ${name}` };
  }
  return inputs;
}

interface Seen {
  readonly args: pulumi.ResourceTransformationArgs;
}

async function namesOf(dependsOn: unknown): Promise<string[]> {
  const list = (await promised(pulumi.output(dependsOn))) ?? [];
  const urns = (Array.isArray(list) ? list : [list]).map((one) =>
    promised((one as pulumi.Resource).urn),
  );
  return (await Promise.all(urns)).map((urn) => urn.split("::").at(-1) ?? "").sort();
}

/** An output's value. Unlike `Output.promise()` it is typed, and it does not care for secrets. */
function promised<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((done) => output.apply(done));
}

async function optionsOf(args: pulumi.ResourceTransformationArgs): Promise<RecordedOptions> {
  const opts: pulumi.CustomResourceOptions = args.opts;
  const parent = opts.parent === undefined ? undefined : await promised(opts.parent.urn);
  const parentName = parent?.split("::").at(-1);
  return {
    ...optional({ parent: parentName }),
    dependsOn: await namesOf(opts.dependsOn),
    ...optional({ retainOnDelete: opts.retainOnDelete }),
    ...optional({ deleteBeforeReplace: opts.deleteBeforeReplace }),
    ...optional({ replaceOnChanges: opts.replaceOnChanges }),
    ...optional({ additionalSecretOutputs: opts.additionalSecretOutputs }),
  };
}

/**
 * Runs a program under mocks and returns every registration. Like the engine, the mock marks the
 * outputs secret that `additionalSecretOutputs` names. Unknown calls throw. Without stack traces:
 * Pulumi takes one for each promise that it makes, half of the unit tests' time.
 */
export async function record(...args: Parameters<typeof recordTraced>): Promise<Recording> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await recordTraced(...args);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

async function recordTraced(
  program: () => object | Promise<object>,
  stack: string,
  config: Readonly<Record<string, string>> = {},
): Promise<Recording> {
  const seen = new Map<string, Seen>();
  const registered: pulumi.runtime.MockResourceArgs[] = [];
  const calls: { token: string; inputs: unknown }[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        registered.push(args);
        const { additionalSecretOutputs: secrets = [] } = (seen.get(`${args.type} ${args.name}`)
          ?.args.opts ?? {}) as pulumi.CustomResourceOptions;
        const state = outputsOf(args.type, args.name, args.inputs as Record<string, unknown>);
        const marked = Object.entries(state).map(([key, value]) => [
          key,
          secrets.includes(key) && !isSecret(value) ? secretOf(value) : value,
        ]);
        return {
          id: `${args.name}_id`,
          state: Object.fromEntries(marked) as Record<string, unknown>,
        };
      },
      call: (args) => {
        calls.push({ token: args.token, inputs: args.inputs as unknown });
        if (args.token !== "docker:index/getNetwork:getNetwork")
          throw new Error(`no mock for ${args.token}`);
        return args.inputs as Record<string, unknown>;
      },
    },
    "mcp-gateway",
    stack,
  );
  pulumi.runtime.setAllConfig({ ...config });
  const outputs: Record<string, unknown> = {};
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((args) => {
      seen.set(`${args.type} ${args.name}`, { args });
      return undefined;
    });
    Object.assign(outputs, await program());
    return {};
  });
  await pulumi.runtime.disconnect(false);

  const resources = await Promise.all(
    registered
      .filter((args) => seen.has(`${args.type} ${args.name}`))
      .map(async (args): Promise<Recorded> => {
        const found = seen.get(`${args.type} ${args.name}`);
        if (found === undefined) throw new Error("filtered above");
        const provider = args.provider?.split("::").at(-2);
        return {
          urn: await promised(found.args.resource.urn),
          type: args.type,
          name: args.name,
          custom: args.custom ?? false,
          inputs: args.inputs as Record<string, unknown>,
          options: await optionsOf(found.args),
          ...optional({ provider }),
        };
      }),
  );
  resources.sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return {
    resources,
    calls,
    outputs,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    one: (type, name) => {
      const found = resources.filter((each) => each.type === type && each.name === name);
      if (found.length !== 1 || found[0] === undefined)
        throw new Error(`${found.length} resources ${type} ${name}, not 1`);
      return found[0];
    },
  };
}
