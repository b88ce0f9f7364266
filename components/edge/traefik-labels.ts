import { edge } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";

/**
 * Labels by which Traefik's Docker provider (v3) routes one host name to the edge; none at all
 * unless the configuration asks for it. Traefik sees the clients' real addresses, so it is also
 * told whom to let in: the edge may only see Traefik's own.
 */
export function traefikLabels(
  model: Pick<GatewayModel, "ingress" | "edge" | "namePrefix">,
): Record<string, string> {
  const { traefik } = model.ingress;
  if (traefik === undefined) return {};
  const name = `${model.namePrefix}mcp-gateway`.replaceAll(/[^a-z0-9-]/g, "-");
  const router = `traefik.http.routers.${name}`;
  const sources = `${name}-sources`;
  return {
    "traefik.enable": "true",
    "traefik.docker.network": traefik.network,
    [`${router}.rule`]: `Host(\`${traefik.host.toLowerCase()}\`)`,
    [`${router}.entrypoints`]: traefik.entryPoints.join(","),
    [`${router}.service`]: name,
    [`${router}.middlewares`]: [sources, ...traefik.middlewares].join(","),
    ...(traefik.tls ? { [`${router}.tls`]: "true" } : {}),
    ...(traefik.certResolver === undefined
      ? {}
      : { [`${router}.tls.certresolver`]: traefik.certResolver }),
    [`traefik.http.services.${name}.loadbalancer.server.port`]: String(edge.port),
    [`traefik.http.middlewares.${sources}.ipallowlist.sourcerange`]: model.edge.sources.join(","),
  };
}
