import * as docker from "@pulumi/docker";
import type { GatewayModel } from "./config/model.ts";
import { Gateway } from "./gateway.ts";
import { Words } from "./host/words.ts";

/** Registers everything of a stack and returns its outputs. */
export function deploy(model: GatewayModel, words = new Words()): Record<string, unknown> {
  const provider = new docker.Provider("docker-host", { host: model.dockerHost.url });
  const gateway = new Gateway("mcp-gateway", model, words, { providers: [provider] });
  return {
    gatewayUrl: gateway.gatewayUrl,
    masterKey: gateway.masterKey,
    virtualKeys: gateway.virtualKeys,
    connectors: gateway.connectors,
    accessMatrix: gateway.accessMatrix,
    data: gateway.data,
    verification: gateway.verification,
    verificationPlan: gateway.verificationPlan,
  };
}
