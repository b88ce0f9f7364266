import { readCatalogue } from "../../components/connectors/catalogue.ts";
import { run } from "../../components/host/host-exec.ts";
import type { GatewayModel } from "../../components/config/model.ts";
import { parseConfig } from "../../components/config/parse.ts";
import { renderProblems } from "../../components/config/problems.ts";
import { readToolsLock } from "../../components/config/read.ts";

/**
 * The selected stack's configuration as a model, without deploying anything.
 * @throws Error with every problem in it
 */
export async function stackModel(): Promise<GatewayModel> {
  const ran = await run("pulumi", ["config", "--json", "--show-secrets"]);
  if (ran.code !== 0) throw new Error(ran.stderr.trim());
  const config = JSON.parse(ran.stdout) as Record<string, { value: string; objectValue?: unknown }>;
  const raw = Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith("mcp-gateway:"))
      .map(([key, { value, objectValue }]) => [
        key.slice("mcp-gateway:".length),
        objectValue ?? value,
      ]),
  );
  const result = parseConfig(raw, {
    root: process.cwd(),
    catalogue: readCatalogue("mcp-connectors"),
    lock: readToolsLock(process.cwd()),
    now: Math.floor(Date.now() / 1000),
    mirror: {},
    privateRoots: "",
  });
  if (!result.ok)
    throw new Error(renderProblems(result.problems, process.env["PULUMI_STACK"] ?? "local"));
  return result.model;
}
