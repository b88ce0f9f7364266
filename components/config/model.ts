import type { LockedTool } from "../access/tools-lock.ts";
import type { PortWish } from "../connectors/host-ports.ts";
import type { ConnectorDefinition, ContainerDefinition } from "../connectors/definition.ts";
import type { ToolCall } from "../connectors/tool-call.ts";
import type { Secret } from "./secret.ts";
import type { Subnets } from "./subnets.ts";

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
  /** The URI of a sample database on the connector's sample server. */
  | { readonly kind: "sample"; readonly database: string; readonly role: string };

/** What a connector's sample server has for it. */
export interface ConnectorSamples {
  readonly role: string;
  /** Databases, sorted. */
  readonly names: readonly string[];
}

/** A directory or file of the Docker host that a server sees. */
export interface PathMount {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
  /** Where the configuration says so. */
  readonly path: readonly (string | number)[];
}

/** What a connector's container can reach. */
export type Egress =
  | { readonly mode: "open" }
  | { readonly mode: "none" }
  | {
      readonly mode: "filtered";
      /** Hosts, `.domain` for all of a domain, `*` for any. */
      readonly allow: readonly string[];
      /** Private addresses that it may reach all the same, as address or address/bits. */
      readonly private: readonly string[];
    };

/** A server in a container of its own. */
export interface ConnectorContainer {
  readonly definition: ContainerDefinition;
  readonly image: string;
  readonly user: string;
  readonly egress: Egress;
}

/** A stdio server that LiteLLM starts inside its own container, anew for every call. */
export interface ConnectorProcess {
  readonly command: string;
  readonly args: readonly string[];
}

/** How the gateway proves itself to a server. */
export interface ConnectorAuth {
  readonly type: "bearer_token" | "api_key" | "basic" | "authorization";
  /** Environment variable that holds the value inside the proxy. */
  readonly variable: string;
  readonly value: Secret;
}

/** A port of the Docker host that the edge takes for one connector. */
export interface OpenPort {
  readonly bind: string;
  /** On the Docker host: see `hostPorts`. */
  readonly hostPort: number;
  readonly wish: PortWish;
  /** Inside the edge: by it a deployed port is known for this connector's. */
  readonly edgePort: number;
}

export interface ConnectorModel {
  readonly id: string;
  /** What clients say in `x-mcp-servers`; prefix of the tools. */
  readonly alias: string;
  /** LiteLLM's `mcp_servers` key. */
  readonly serverName: string;
  /** DNS name on the gateway's network. */
  readonly host: string;
  readonly definition: ConnectorDefinition;
  /** What LiteLLM is told; a bridged stdio server speaks `http`. */
  readonly transport: "sse" | "http" | "stdio";
  /** Neither of them: a server that runs elsewhere. */
  readonly container?: ConnectorContainer;
  readonly process?: ConnectorProcess;
  /** Where a server that runs elsewhere is, if the relay stands before it. */
  readonly remote?: URL;
  /** What LiteLLM asks: a port of the relay's and the server's path; empty for a process. */
  readonly url: string;
  readonly auth?: ConnectorAuth;
  /** Its own way in on the Docker host, through the edge; without one it is closed. */
  readonly open?: OpenPort;
  readonly serverId: string;
  /** Environment variable → value, sorted by name. */
  readonly environment: Readonly<Record<string, ConnectorValue>>;
  readonly mounts: readonly PathMount[];
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
      /** Hosts that LiteLLM asks besides: `name` or `name:port`. */
      readonly hosts: readonly string[];
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
