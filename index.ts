import * as docker from "@pulumi/docker";
import { readConfig } from "./components/config/read.ts";
import { Gateway } from "./components/gateway.ts";

export default function deploy(): Record<string, unknown> {
  const model = readConfig(process.cwd());
  const provider = new docker.Provider("docker-host", { host: model.dockerHost.url });
  const gateway = new Gateway("mcp-gateway", model, { providers: [provider] });
  return {
    gatewayUrl: gateway.gatewayUrl,
    masterKey: gateway.masterKey,
    virtualKeys: gateway.virtualKeys,
    connectors: gateway.connectors,
    accessMatrix: gateway.accessMatrix,
    verification: gateway.verification,
    verificationPlan: gateway.verificationPlan,
  };
}
