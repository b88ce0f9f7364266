import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./components/config/read.ts";
import { deploy } from "./components/deploy.ts";
import { preflight } from "./components/preflight/preflight.ts";

export default async function main(): Promise<Record<string, unknown>> {
  const model = readConfig(process.cwd());
  await preflight(model).catch((error: unknown) => {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  });
  return deploy(model);
}
