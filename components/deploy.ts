import * as docker from "@pulumi/docker";
import type { GatewayModel } from "../config/model.ts";
import { Words } from "./drift/words.ts";
import { Gateway } from "./gateway.ts";
import { sshOptions } from "./host/ssh.ts";
import { knownHoles } from "./litellm/known-holes.ts";
import type { Substitution } from "./preflight/substitution.ts";

/**
 * Registers everything of a stack and returns its outputs.
 * @param substitution a LiteLLM image to take instead of the configured one
 */
export function deploy(
  configured: GatewayModel,
  words = new Words(),
  substitution?: Substitution,
): Record<string, unknown> {
  const { dockerHost, proxy } = configured;
  const image = substitution?.used ?? proxy.image;
  const model = { ...configured, proxy: { ...proxy, image } };
  const provider = new docker.Provider("docker-host", {
    host: dockerHost.url,
    ...(dockerHost.kind === "ssh" ? { sshOpts: sshOptions(dockerHost) } : {}),
  });
  const gateway = new Gateway("mcp-gateway", model, words, { providers: [provider] });
  return {
    gatewayUrl: gateway.gatewayUrl,
    ...(substitution === undefined ? {} : { imageSubstitution: substitution }),
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
