import type { ConnectorModel } from "./connectors/model.ts";
import type { SharedDatabase } from "./database/model.ts";
import type { TraefikIngress } from "./edge/model.ts";
import type { DockerHost, SshTrust } from "./host/model.ts";
import type { KeyModel } from "./keys/model.ts";
import type { ModelEntry } from "./models/model.ts";
import type { Subnets } from "./network/subnets.ts";

/** The whole stack, validated: everything after this is a pure derivation or a component. */
export interface GatewayModel {
  readonly dockerHost: DockerHost;
  readonly ssh?: SshTrust;
  /** What clients use; `url` has no trailing slash. */
  readonly gateway: {
    readonly host: string;
    readonly port: number;
    readonly bind: string;
    readonly url: string;
    /** On the Docker host's loopback; without it the admin routes are closed. */
    readonly adminPort?: number;
  };
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
  readonly database: {
    readonly image: string;
    readonly user: string;
    readonly volume: string;
    readonly memoryMb: number;
    readonly destroyData: boolean;
    readonly samples: readonly string[];
    /** Where LiteLLM's database is instead, if the gateway has no server of its own. */
    readonly shared?: SharedDatabase;
  };
  readonly proxy: {
    readonly image: string;
    /** As configured: what `imageMirrorFile` puts in its place often tells no version. */
    readonly reference: string;
    readonly imageFallback: "none" | "nearest-stable";
    readonly user: string;
    readonly memoryMb: number;
    readonly logLevel: string;
    /** Another word is another master key. */
    readonly masterKeyRotation: string;
    /** PEM of private certificate authorities; empty without. */
    readonly privateRoots: string;
    readonly readOnlyRoot: boolean;
    /** How many CPUs it may use at most. */
    readonly cpus: number;
    /** A session with an MCP server waits so long for the next call; 0: it serves one. */
    readonly sessionIdleSeconds: number;
    /** What one key may take of it: see the schema. */
    readonly limits: {
      readonly resultMb: number;
      readonly callsPerKey: number;
      readonly callsPerConnector: number;
      readonly callsPerProcess: number;
      readonly waitingPerKey: number;
      readonly waitSeconds: number;
    };
    readonly startSeconds: number;
  };
  readonly edge: {
    readonly image: string;
    readonly user: string;
    readonly memoryMb: number;
    /** Names by which clients call the gateway, besides the usual ones. */
    readonly hosts: readonly string[];
    /** Networks that may use it, as address/bits. */
    readonly sources: readonly string[];
    /** Reverse proxies whose X-Forwarded-For is believed, as address/bits. */
    readonly trustedProxies: readonly string[];
    readonly limits: {
      readonly requestsPerMinute: number;
      readonly requestsPerMinutePerAddress: number;
      readonly failuresPerMinute: number;
      readonly connectionsPerAddress: number;
    };
    readonly maxBodyMb: number;
  };
  readonly ingress: { readonly traefik?: TraefikIngress };
  readonly mockModel: { readonly image: string; readonly memoryMb: number };
  /** The proxy through which a connector with filtered egress reaches the world. */
  readonly egressProxy: { readonly image: string; readonly memoryMb: number };
  readonly models: readonly ModelEntry[];
  readonly connectors: readonly ConnectorModel[];
  readonly keys: readonly KeyModel[];
  /** What is allowed and yet worth a word at every preview. */
  readonly warnings: readonly string[];
}
