import type { Secret } from "../common/secret.ts";
import type { ContainerDefinition } from "./definition.ts";
import type { PortWish } from "./host-ports.ts";
import type { ToolCall } from "./tool-call.ts";
import type { LockedTool } from "./tools-lock.ts";

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
  readonly definition: ContainerDefinition;
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
  /** What a person calls it. */
  readonly title: string;
  /** What models are told that it is for. */
  readonly description: string;
  /** The tools that "default" in a scope stands for; all where it is left out. */
  readonly defaultTools?: readonly string[];
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
