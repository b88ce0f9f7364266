/**
 * Names that operators, dashboards and the original plan rely on: `host` is the DNS name on the
 * gateway's network and, behind the stack's `namePrefix`, the container's name.
 */
export const proxy = { host: "mcp-litellm-proxy", port: 4000 } as const;

export const database = {
  host: "mcp-litellm-postgres",
  port: 5432,
  /** LiteLLM's own role and database. */
  role: "litellm",
  name: "litellm",
  /** Owner of the server; used over the container's own socket only. */
  superuser: "postgres",
} as const;

/** A connector's throw-away server for sample data, on that connector's network. */
export const samples = {
  port: 5432,
  host: (connector: string): string => `${connector}-samples`,
} as const;

/** Where commands reach a shared database from; the gateway's own server is one itself. */
export const databaseClient = { host: "mcp-litellm-psql" } as const;

/** What LiteLLM is told is its database, where that is a shared one. */
export const databasePassage = { host: "mcp-litellm-database", port: 5432 } as const;

/** The container that has the old database while its data moves. */
export const movingHost = `${database.host}-moving`;

export const edge = {
  host: "mcp-edge",
  port: 4000,
  /** Published on the Docker host's loopback, if at all. */
  adminPort: 4001,
  /** On the container's loopback only. */
  peerPort: 8405,
} as const;

/** Where every HAProxy says how it is: on its container's loopback only. */
export const haproxyHealthPort = 8404;

/** The network of the gateway's own parts, without a way out. */
export const innerNetwork = (network: string): string => `${network}-inner`;

/** How the networks begin that the relay shares with one connector each. */
export const connectorNetworks = (network: string): string => `${network}-c-`;

/**
 * How the networks begin that a container is put on while it runs: they come and go without it, and
 * are no part of how it was made (applied.sh).
 */
export const linksLabel = "mcp-gateway.links";

/** HAProxy between LiteLLM and the connectors. */
export const relay = { host: "mcp-relay" } as const;

/** LiteLLM's way out, where it needs one. */
export const proxyEgress = { host: "mcp-litellm-egress" } as const;

export const mockModel = {
  host: "mcp-mock-model",
  port: 9200,
  url: "http://mcp-mock-model:9200",
} as const;

/** Value of `com.docker.compose.project`, by which Promtail and `docker ps` filter. */
export const project = "mcp-gateway";

/** Where a container finds its read-only configuration and its secrets. */
export const mounted = {
  config: "/etc/mcp-gateway",
  /** Beside the other one, not in it: nothing can be mounted into a read-only directory. */
  policy: "/etc/mcp-gateway-policy",
  secrets: "/run/secrets/mcp-gateway.env",
} as const;

/** Where the data volume is mounted, whether a server runs in it or not. */
export const dataDirectory = "/var/lib/postgresql/data";

/** The keyring's directory inside the database's volume. */
export const keyring = `${dataDirectory}/keyring`;

/** A tool's name as clients say it: LiteLLM's prefix is the connector's alias. */
export const fullToolName = (alias: string, tool: string): string => `${alias}-${tool}`;
