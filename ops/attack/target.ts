import { readFileSync } from "node:fs";
import { z } from "zod";
import { fullToolName } from "../../config/common/names.ts";
import { run } from "../../components/host/exec.ts";
import type { KnownKey } from "./attack.ts";

/** A deployment, and everything that is known about it before it is attacked. */
export interface Target {
  readonly url: string;
  readonly keys: readonly KnownKey[];
  readonly masterKey: string | undefined;
  /** Ports of connectors on the Docker host, where the stack's outputs name them. */
  readonly hostPorts: readonly number[];
  /** What stands before the names of the deployment's containers; nothing: not to be looked at. */
  readonly namePrefix: string | undefined;
}

const given = z.union([
  z.string(),
  z.strictObject({
    key: z.string(),
    tools: z.array(z.string()).optional(),
    models: z.array(z.string()).optional(),
  }),
]);
export type Given = z.infer<typeof given>;

const usage = `a file of keys is JSON: {"NAME": "KEY", …}, or {"NAME": {"key": "KEY", "tools": ["alias-tool"], "models": []}, …}
usage: URL=http://host:4000 KEYS=keys.json make attack, or KEYS=- and the same on standard input`;

/** @throws Error that says what a file of keys looks like */
export function readKeys(text: string): Readonly<Record<string, Given>> {
  try {
    return z.record(z.string(), given).parse(JSON.parse(text));
  } catch {
    // The text is full of keys: nothing of it is to be shown.
    throw new Error(`the keys cannot be read: ${usage}`);
  }
}

const outputs = z.object({
  gatewayUrl: z.string(),
  masterKey: z.string().optional(),
  virtualKeys: z.record(z.string(), z.string()).default({}),
  accessMatrix: z.record(z.string(), z.record(z.string(), z.array(z.string()))).default({}),
  connectors: z.record(z.string(), z.object({ hostPort: z.number().optional() })).default({}),
  verificationPlan: z.string().default("{}"),
});

/** What the outputs of a stack say; the models of each key are asked of the gateway. */
export function targetOf(json: string): Target {
  const stack = outputs.parse(JSON.parse(json));
  const plan = z
    .object({ namePrefix: z.string().optional() })
    .parse(JSON.parse(stack.verificationPlan));
  return {
    url: stack.gatewayUrl,
    masterKey: stack.masterKey,
    keys: Object.entries(stack.virtualKeys).map(([name, value]) => ({
      name,
      value,
      tools: Object.entries(stack.accessMatrix[name] ?? {}).flatMap(([alias, tools]) =>
        tools.map((tool) => fullToolName(alias, tool)),
      ),
      models: undefined,
    })),
    hostPorts: Object.values(stack.connectors).flatMap(({ hostPort }) => hostPort ?? []),
    namePrefix: plan.namePrefix,
  };
}

/** The deployment that the environment names, or the selected stack. */
export async function readTarget(env: NodeJS.ProcessEnv): Promise<Target> {
  const { URL: url = "", KEYS: keys = "" } = env;
  if (url !== "") {
    const text = keys === "" ? "{}" : readFileSync(keys === "-" ? 0 : keys, "utf8");
    return {
      url: new URL(url).origin,
      masterKey: undefined,
      keys: Object.entries(readKeys(text)).map(([name, one]) =>
        typeof one === "string"
          ? { name, value: one, tools: undefined, models: undefined }
          : { name, value: one.key, tools: one.tools, models: one.models },
      ),
      hostPorts: [],
      namePrefix: env["PREFIX"],
    };
  }
  const ran = await run("pulumi", ["stack", "output", "--json", "--show-secrets"]);
  const target = ran.code === 0 ? ran.stdout : "{}";
  if (!target.includes("gatewayUrl"))
    throw new Error(`nothing is deployed in this stack: run make up, or name a gateway. ${usage}`);
  return targetOf(target);
}
