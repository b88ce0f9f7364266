import { type Problem, setTo, removeCommand } from "../common/problem.ts";
import type { IngressConfig } from "./ingress-schema.ts";

/** The edge is attached to Traefik's network: the gateway's own one must stay closed to Traefik. */
export function traefikNetwork(config: {
  readonly ingress: IngressConfig;
  readonly network: string;
}): Problem[] {
  const { traefik } = config.ingress;
  if (traefik === undefined) return [];
  const problems: Problem[] = [];
  if (traefik.network === config.network)
    problems.push({
      path: ["ingress", "traefik", "network"],
      message: "Traefik must not be on the gateway's own network",
      value: traefik.network,
      allowed: `any existing network but "${config.network}"`,
      fix: setTo(["ingress", "traefik", "network"], "traefik-proxy"),
    });
  if (!traefik.tls && traefik.certResolver !== undefined)
    problems.push({
      path: ["ingress", "traefik", "certResolver"],
      message: "a certificate resolver without TLS does nothing",
      value: traefik.certResolver,
      allowed: "tls: true, or no certResolver",
      fix: removeCommand(["ingress", "traefik", "certResolver"]),
    });
  return problems;
}
