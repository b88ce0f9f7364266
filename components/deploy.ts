import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { optional } from "../config/common/optional.ts";
import type { GatewayModel } from "../config/model.ts";
import { type Look, driftAmong, notLooked } from "./drift/decisions.ts";
import { Gateway } from "./gateway.ts";
import { sshOptions } from "./host/ssh.ts";
import { knownHoles } from "./litellm/known-holes.ts";
import type { Substitution } from "./preflight/substitution.ts";

/**
 * Registers everything of a stack and returns its outputs.
 * @param look how what was applied before is on the Docker host now
 * @param substitution a LiteLLM image to take instead of the configured one
 */
export function deploy(
  configured: GatewayModel,
  look: Look = notLooked,
  substitution?: Substitution,
): Record<string, unknown> {
  const { dockerHost, proxy } = configured;
  const image = substitution?.used ?? proxy.image;
  const model = { ...configured, proxy: { ...proxy, image } };
  const provider = new docker.Provider("docker-host", {
    host: dockerHost.url,
    ...(dockerHost.kind === "ssh" ? { sshOpts: sshOptions(dockerHost) } : {}),
  });
  const gateway = new Gateway("mcp-gateway", model, look, { providers: [provider] });
  for (const { what, reason, remedy = "applies it again" } of driftAmong(gateway.drift.decisions))
    void pulumi.log.warn(`${what} is not as it was applied: ${reason}; up ${remedy}`);
  return {
    gatewayUrl: gateway.gatewayUrl,
    ...optional({ imageSubstitution: substitution }),
    knownHoles: knownHoles(substitution?.used ?? proxy.reference),
    masterKey: gateway.masterKey,
    adminSecret: gateway.adminSecret,
    virtualKeys: gateway.virtualKeys,
    connectors: gateway.connectors,
    accessMatrix: gateway.accessMatrix,
    data: gateway.data,
    verification: gateway.verification,
    verificationPlan: gateway.verificationPlan,
  };
}
