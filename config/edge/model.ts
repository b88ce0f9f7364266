import type { IngressConfig } from "./ingress-schema.ts";
import type { EdgeConfig, GatewayConfig } from "./schema.ts";

/** What clients use. */
export interface GatewayAddress extends Readonly<GatewayConfig> {
  /** Without a trailing slash. */
  readonly url: string;
}

/** The schema's fields; `image` is what to pull, `hosts` has Traefik's as well. */
export type EdgeSettings = Readonly<EdgeConfig>;

export type Ingress = Readonly<IngressConfig>;
