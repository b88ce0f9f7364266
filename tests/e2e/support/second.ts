import type { RawConfig } from "../../../config/schema.ts";
import type { Deployment } from "./deployment.ts";
import { containerOf, logs } from "./docker.ts";
import { freePorts } from "./ports.ts";

/** A second connector beside `db`, with the same tools under `second-`. */
export async function withSecond(stack: Deployment): Promise<NonNullable<RawConfig["connectors"]>> {
  const { connectors = {} } = stack.initialConfig();
  const { postgres } = connectors;
  const [hostPort = 0] = await freePorts(1);
  if (postgres === undefined) throw new Error("the deployment has no connector");
  return { postgres, second: { ...postgres, alias: "second", hostPort } };
}

/** How many tool calls have reached a connector's server, in its own words. */
export async function callsAt(stack: Deployment, host: string): Promise<number> {
  const [out, err] = await logs(stack.prefix + host);
  return (out + err).split("CallToolRequest").length - 1;
}

/** The guard's audit lines, oldest first. */
export async function auditLines(stack: Deployment): Promise<Record<string, unknown>[]> {
  return (await logs(await containerOf(stack.prefix, "mcp-litellm-proxy")))
    .join("\n")
    .split("\n")
    .filter((line) => line.startsWith('{"audit"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
