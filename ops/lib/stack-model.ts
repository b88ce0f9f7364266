import { run } from "../../components/host/exec.ts";
import type { ConfigContext } from "../../config/connectors/context.ts";
import type { GatewayModel } from "../../config/model.ts";
import { parseConfig } from "../../config/parse.ts";
import { renderProblems } from "../../config/problems.ts";
import { readContext, readMirror } from "../../config/read.ts";
import { type ParsedConfig, configSchema } from "../../config/schema.ts";
import { projectDirectory } from "./project.ts";

/**
 * The selected stack's configuration as a model, without deploying anything.
 * @throws Error with every problem in it
 */
export async function stackModel(): Promise<GatewayModel> {
  const ran = await readRaw();
  if (ran.code !== 0) throw new Error(ran.stderr.trim());
  return modelOf(rawOf(ran.stdout), {});
}

/**
 * The same for reading tools: whether the lock file knows them is no question then, and images are
 * those of this machine.
 * @returns nothing where no stack is selected
 */
export async function stackConfig(): Promise<
  | {
      readonly config: ParsedConfig;
      readonly model: GatewayModel;
      readonly mirror: ConfigContext["mirror"];
    }
  | undefined
> {
  const ran = await readRaw();
  if (ran.code !== 0) return undefined;
  const raw = rawOf(ran.stdout);
  const mirror = readMirror(projectDirectory, raw);
  const model = modelOf(raw, { lockIsWritten: true });
  return { config: configSchema.parse(raw), model, mirror };
}

const readRaw = () => run("pulumi", ["config", "--json", "--show-secrets"]);

function rawOf(json: string): Readonly<Record<string, unknown>> {
  const config = JSON.parse(json) as Record<string, { value: string; objectValue?: unknown }>;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith("mcp-gateway:"))
      .map(([key, { value, objectValue }]) => [
        key.slice("mcp-gateway:".length),
        objectValue ?? value,
      ]),
  );
}

function modelOf(raw: unknown, context: Partial<ConfigContext>): GatewayModel {
  const result = parseConfig(raw, { ...readContext(projectDirectory, raw), ...context });
  if (!result.ok)
    throw new Error(renderProblems(result.problems, process.env["PULUMI_STACK"] ?? "local"));
  return result.model;
}
