import { fullToolName } from "../config/common/names.ts";
import { proof } from "../components/verification/checks.ts";
import { callTool, withSession } from "../components/verification/gateway-client.ts";
import { masked, readPlan } from "./lib/read-plan.ts";

/** Makes one real tool call with a virtual key of the selected stack, and prints its result. */
const plan = await readPlan("stack");
const connector = plan.connectors.find((candidate) => candidate.key !== undefined);
const key = plan.keys.find((candidate) => candidate.name === connector?.key);
if (connector === undefined || key === undefined) {
  process.stdout.write("No key may use a connector yet: docs/clients.md says how it gets one.\n");
} else {
  const tool = fullToolName(connector.alias, connector.tool);
  const result = await withSession(plan.gatewayUrl, key.value, (client) =>
    callTool(client, tool, connector.arguments),
  );
  const sent = JSON.stringify(connector.arguments);
  process.stdout.write(
    `\nTool call at ${plan.gatewayUrl}/mcp/ with the virtual key "${key.name}":\n  ${tool} ${sent}\n${masked(result.text, plan).replaceAll(/^/gm, "  ")}\n`,
  );
  try {
    proof(result, connector);
  } catch {
    process.exitCode = 1;
  }
}
