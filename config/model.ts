import type { ConnectorModel } from "./connectors/model.ts";
import type { DatabaseModel } from "./database/model.ts";
import type { EdgeSettings, GatewayAddress, Ingress } from "./edge/model.ts";
import type { DockerHost, SshTrust } from "./host/model.ts";
import type { KeyModel } from "./keys/model.ts";
import type { ModelEntry } from "./models/model.ts";
import type { Subnets } from "./network/subnets.ts";
import type { ProxyModel } from "./proxy/model.ts";

/** The whole stack, validated: everything after this is a pure derivation or a component. */
export interface GatewayModel {
  readonly dockerHost: DockerHost;
  readonly ssh?: SshTrust;
  readonly gateway: GatewayAddress;
  /** Absolute paths on the Docker host. */
  readonly directories: { readonly config: string; readonly secrets: string };
  /** The network that publishes. */
  readonly network: string;
  /** Address/bits that all other networks of the gateway are in. */
  readonly networkRange: string;
  /** Which part of it each has: see `subnets`. */
  readonly subnets: Subnets;
  readonly namePrefix: string;
  /** Existing network → participants (`edge`, `proxy`, `database`, connector ids). */
  readonly externalNetworks: Readonly<Record<string, readonly string[]>>;
  readonly database: DatabaseModel;
  readonly proxy: ProxyModel;
  readonly edge: EdgeSettings;
  readonly ingress: Ingress;
  readonly mockModel: { readonly image: string; readonly memoryMb: number };
  /** The proxy through which a connector with filtered egress reaches the world. */
  readonly egressProxy: { readonly image: string; readonly memoryMb: number };
  readonly models: readonly ModelEntry[];
  readonly connectors: readonly ConnectorModel[];
  readonly keys: readonly KeyModel[];
  /** What is allowed and yet worth a word at every preview. */
  readonly warnings: readonly string[];
}
