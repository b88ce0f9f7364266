import type { ToolsLock } from "../access/tools-lock.ts";
import type { Catalogue } from "../connectors/definition.ts";
import { connectorCheck } from "./connector-check.ts";
import { databaseMode, traefikNetwork } from "./database-check.ts";
import { modelHosts, modelVariables } from "./model-check.ts";
import { networkParticipants, rangeSize } from "./network-check.ts";
import { type IsEncrypted, plainSecrets } from "./plain-secrets.ts";
import { type Problem, removeCommand, setCommand } from "./problems.ts";
import type { ParsedConfig } from "./schema.ts";
import { lockCheck, scopeCheck } from "./scope-check.ts";

/** What the configuration is checked against. */
export interface CrossCheckContext {
  readonly catalogue: Catalogue;
  readonly lock: ToolsLock;
  readonly now: number;
  /** The checkout, where relative directories start. */
  readonly root: string;
  /** Image reference → what to pull instead. */
  readonly mirror: Readonly<Record<string, string>>;
  /** Whether the value at a path is encrypted in the stack's file; without it nobody can tell. */
  readonly isEncrypted?: IsEncrypted;
  /** tools.lock.json is about to be written: what it lacks is no problem. */
  readonly lockIsWritten?: boolean;
}

type Check = (config: ParsedConfig, catalogue: Catalogue) => Problem[];

const list = (words: readonly string[]): string => (words.length === 0 ? "none" : words.join(", "));

const dockerHostAndPaths: Check = (config) => {
  const problems: Problem[] = [];
  const remote = config.dockerHost.startsWith("ssh://");
  if (remote && config.ssh === undefined)
    problems.push({
      path: ["ssh", "hostKey"],
      message: "an ssh:// Docker host needs its host key pinned",
      allowed: "the host's public key as `ssh-keyscan -t ed25519 HOST` prints it, without the name",
      fix: setCommand(["ssh", "hostKey"], "ssh-ed25519 AAAA..."),
    });
  for (const name of ["config", "secrets"] as const)
    if (remote && !config.directories[name].startsWith("/"))
      problems.push({
        path: ["directories", name],
        message: "a directory on another host must be an absolute path",
        value: config.directories[name],
        allowed: "a path that starts with /",
        fix: setCommand(["directories", name], `/home/administrator/mcp-gateway/${name}`),
      });
  const port = Number(/:(\d+)$/.exec(config.dockerHost)?.[1] ?? 22);
  if (remote && (port < 1 || port > 65535))
    problems.push({
      path: ["dockerHost"],
      message: "the SSH port is out of range",
      value: config.dockerHost,
      allowed: "1 to 65535",
      fix: setCommand(["dockerHost"]),
    });
  return problems;
};

/**
 * Ids whose container (`mcp-<id>`) or place in externalNetworks is one of the gateway's own: a
 * connector called "database" would take PostgreSQL along into its external networks.
 */
const reserved = [
  ...["edge", "proxy", "database", "mock_model", "relay"],
  ...["litellm_proxy", "litellm_postgres"],
  ...["litellm_psql", "litellm_database", "litellm_egress"],
];

const reservedIds: Check = (config) =>
  Object.keys(config.connectors)
    .filter((id) => reserved.includes(id) || /_(egress|samples)$/.test(id))
    .map((id) => ({
      path: ["connectors", id],
      message: `"${id}" is a part of the gateway's own`,
      allowed: `any id but ${list(reserved)}, and what ends in _egress or _samples`,
      fix: removeCommand(["connectors", id]),
    }));

/** LiteLLM loads duplicate aliases without complaint and the first one wins (facts §2). */
const uniqueNames: Check = (config) => {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const id of Object.keys(config.connectors).sort()) {
    const alias = config.connectors[id]?.alias ?? id;
    for (const name of new Set([alias, `mcp_${id}`])) {
      const owner = owners.get(name);
      if (owner !== undefined)
        problems.push({
          path: ["connectors", id, "alias"],
          message: `the name "${name}" already belongs to connector "${owner}"`,
          value: alias,
          allowed: "an alias that no other connector has as alias or server name (mcp_<id>)",
          fix: setCommand(["connectors", id, "alias"], `${id}2`),
        });
      else owners.set(name, id);
    }
    if (Object.hasOwn(config.accessGroups, alias))
      problems.push({
        path: ["connectors", id, "alias"],
        message: `the name "${alias}" already belongs to an access group`,
        value: alias,
        allowed: "an alias that no access group has: a client could not say which it means",
        fix: setCommand(["connectors", id, "alias"], `${id}2`),
      });
  }
  return problems;
};

const hostPorts: Check = (config) => {
  const owners = new Map<number, string>([[config.gateway.port, "gateway.port"]]);
  const problems: Problem[] = [];
  const { adminPort } = config.gateway;
  if (adminPort !== undefined && adminPort === config.gateway.port)
    problems.push({
      path: ["gateway", "adminPort"],
      message: `host port ${adminPort} is already taken by gateway.port`,
      value: adminPort,
      allowed: "a port that nothing else in this stack uses",
      fix: setCommand(["gateway", "adminPort"], adminPort + 1),
    });
  else if (adminPort !== undefined) owners.set(adminPort, "gateway.adminPort");
  for (const id of Object.keys(config.connectors).sort()) {
    // Without one it gets a port that is free.
    const port = config.connectors[id]?.hostPort;
    if (port === undefined) continue;
    const owner = owners.get(port);
    if (owner !== undefined) {
      const free = Array.from({ length: 1000 }, (_, n) => 48010 + n).find((p) => !owners.has(p));
      problems.push({
        path: ["connectors", id, "hostPort"],
        message: `host port ${port} is already taken by ${owner}`,
        value: port,
        allowed: "a port that nothing else in this stack uses",
        fix: setCommand(["connectors", id, "hostPort"], free),
      });
    } else owners.set(port, `connectors.${id}`);
  }
  return problems;
};

const checks: readonly Check[] = [
  dockerHostAndPaths,
  databaseMode,
  traefikNetwork,
  reservedIds,
  uniqueNames,
  hostPorts,
  modelVariables,
  modelHosts,
  networkParticipants,
  rangeSize,
];

/** What no single value can say: references between parts of the configuration. */
export function crossCheck(config: ParsedConfig, context: CrossCheckContext): Problem[] {
  return [
    ...connectorCheck(config, context),
    ...plainSecrets(config, context.isEncrypted),
    ...checks.flatMap((check) => check(config, context.catalogue)),
    ...(context.lockIsWritten === true ? [] : lockCheck(config, context.catalogue, context.lock)),
    ...scopeCheck(config, context),
  ];
}
