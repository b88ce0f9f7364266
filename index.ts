import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "./components/config/read.ts";
import { preflight } from "./components/preflight/preflight.ts";

// Pulumi's runner maps every stack trace back to its source, and the SDK takes one for each
// resource and promise: a third of a second of a preview. Node runs this source as it is.
Reflect.deleteProperty(Error, "prepareStackTrace");

export default async function main(): Promise<Record<string, unknown>> {
  const configured = readConfig(process.cwd());
  // The components' packages are loaded while the Docker host is looked at.
  const [{ deploy }, { model, words, substitution }] = await Promise.all([
    import("./components/deploy.ts"),
    preflight(configured, pulumi.runtime.isDryRun()).catch((error: unknown) => {
      throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
    }),
  ]);
  const outputs = deploy(model, words, substitution);
  for (const { what, reason } of words.drift)
    void pulumi.log.warn(`${what} is not as it was applied: ${reason}`);
  return outputs;
}
