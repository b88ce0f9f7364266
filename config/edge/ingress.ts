import type { IngressConfig } from "./ingress-schema.ts";
import type { TraefikIngress } from "./model.ts";

export function traefikIngress({
  certResolver,
  ...rest
}: NonNullable<IngressConfig["traefik"]>): TraefikIngress {
  return { ...rest, ...(certResolver === undefined ? {} : { certResolver }) };
}
