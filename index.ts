import * as pulumi from "@pulumi/pulumi";
import { preflight } from "./components/preflight/preflight.ts";
import { readConfig } from "./components/read-config.ts";

// What only an author of this program reads is a third of what it takes: the SDK has a stack trace
// made for each promise and maps it back to a source that Node runs as it is, and sends four to six
// debug messages for each resource, a remote call each. MCP_GATEWAY_TRACE=1 brings them back.
if (process.env["MCP_GATEWAY_TRACE"] === undefined) {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  Error.stackTraceLimit = 0;
  Reflect.set(pulumi.log, "debug", () => Promise.resolve());
}

export default async function main(): Promise<Record<string, unknown>> {
  const configured = readConfig(process.cwd());
  // The components' packages are loaded while the Docker host is looked at.
  const [{ deploy }, { model, look, substitution }] = await Promise.all([
    import("./components/deploy.ts"),
    preflight(configured, pulumi.runtime.isDryRun()).catch((error: unknown) => {
      throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
    }),
  ]);
  return deploy(model, look, substitution);
}
