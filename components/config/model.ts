import type { LockedTool } from "../access/tools-lock.ts";
import type { PortWish } from "../connectors/host-ports.ts";
import type { ConnectorDefinition } from "../connectors/definition.ts";
import type { ToolCall } from "./schema.ts";
import type { Secret } from "./secret.ts";

/** Where the Docker engine is, and how files and commands get to its machine. */
export type DockerHost = { readonly kind: "local"; readonly url: string } | SshHost;

export interface SshHost {
  readonly kind: "ssh";
  readonly url: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** How this machine and an SSH host know each other; no resource's input, so free to change. */
export interface SshTrust {
  /** Type and key, as in a `.pub` file. */
  readonly hostKey: string;
  /** Unset: the agent, or ssh's own default keys. */
  readonly privateKeyFile?: string;
}

/** The value of one environment variable of a connector. */
export type ConnectorValue =
  | { readonly kind: "plain"; readonly value: string }
  | { readonly kind: "secret"; readonly value: Secret }
  /** The URI of a sample database on the dedicated server, by the connector's own role. */
  | { readonly kind: "sample"; readonly database: string; readonly role: string };

export interface ConnectorModel {
  readonly id: string;
  /** What clients say in `x-mcp-servers`; prefix of the tools. */
  readonly alias: string;
  /** LiteLLM's `mcp_servers` key. */
  readonly serverName: string;
  /** DNS name on the gateway's network. */
  readonly host: string;
  readonly definition: ConnectorDefinition;
  readonly image: string;
  /** On the Docker host: see `hostPorts`. */
  readonly hostPort: number;
  readonly portWish: PortWish;
  readonly bind: string;
  /** What LiteLLM asks: a port of the relay's, and the server's own path. */
  readonly url: string;
  readonly serverId: string;
  /** Environment variable → value, sorted by name. */
  readonly environment: Readonly<Record<string, ConnectorValue>>;
  readonly verify: ToolCall;
  /** What the server must list, from tools.lock.json. */
  readonly lock: Readonly<Record<string, LockedTool>>;
}

export interface KeyModel {
  readonly name: string;
  /** Connector id → its tools, both sorted, groups included: explicit, never "*". */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  readonly owner?: string;
  readonly purpose?: string;
  /** Unix seconds. */
  readonly expires?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly budget?: { readonly usd: number; readonly per: string };
  readonly models: readonly string[];
  readonly rotation: string;
  readonly overlapHours: number;
}

export type ModelEntry =
  | { readonly name: string; readonly provider: "mock" }
  | {
      readonly name: string;
      readonly provider: "litellm";
      readonly model: string;
      readonly apiKey: Secret;
      /** Environment variable that holds the key inside the proxy. */
      readonly apiKeyVariable: string;
      readonly apiBase?: string;
    };

/** A database and a role of the gateway's own on a server that others use as well. */
export interface SharedDatabase {
  readonly network: string;
  /** The server's DNS name on that network. */
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly role: string;
  readonly rotation: string;
  readonly adopt: boolean;
  readonly admin: { readonly user: string; readonly password: Secret; readonly database: string };
}

export interface TraefikIngress {
  readonly host: string;
  readonly network: string;
  readonly entryPoints: readonly string[];
  readonly tls: boolean;
  readonly certResolver?: string;
  readonly middlewares: readonly string[];
}

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
  readonly network: string;
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
  readonly models: readonly ModelEntry[];
  readonly connectors: readonly ConnectorModel[];
  readonly keys: readonly KeyModel[];
}
