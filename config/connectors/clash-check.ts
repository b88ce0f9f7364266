import { type Problem, setTo, removeCommand } from "../common/problem.ts";
import { firstHostPort } from "./host-ports.ts";
import { serverNameOf } from "./server-id.ts";
import type { ConnectorConfigs } from "./schema.ts";

/**
 * Ids whose container (`mcp-<id>`) or place in externalNetworks is one of the gateway's own: a
 * connector called "database" would take PostgreSQL along into its external networks.
 */
const reserved = [
  "edge",
  "proxy",
  "database",
  "mock_model",
  "relay",
  "litellm_proxy",
  "litellm_postgres",
  "litellm_psql",
  "litellm_database",
  "litellm_egress",
];

export const reservedIds = (config: { readonly connectors: ConnectorConfigs }): Problem[] =>
  Object.keys(config.connectors)
    .filter((id) => reserved.includes(id) || /_(egress|samples)$/.test(id))
    .map((id) => ({
      path: ["connectors", id],
      message: `"${id}" is a part of the gateway's own`,
      allowed: `any id but ${reserved.join(", ")}, and what ends in _egress or _samples`,
      fix: removeCommand(["connectors", id]),
    }));

/** LiteLLM loads duplicate aliases without complaint and the first one wins (docs/litellm-1.77.3.md#alias-unchecked). */
export const uniqueNames = (config: {
  readonly connectors: ConnectorConfigs;
  readonly accessGroups: Readonly<Record<string, unknown>>;
}): Problem[] => {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const id of Object.keys(config.connectors).sort()) {
    const alias = config.connectors[id]?.alias ?? id;
    for (const name of new Set([alias, serverNameOf(id)])) {
      const owner = owners.get(name);
      if (owner !== undefined)
        problems.push({
          path: ["connectors", id, "alias"],
          message: `the name "${name}" already belongs to connector "${owner}"`,
          value: alias,
          allowed: "an alias that no other connector has as alias or server name (mcp_<id>)",
          fix: setTo(["connectors", id, "alias"], `${id}2`),
        });
      else owners.set(name, id);
    }
    if (Object.hasOwn(config.accessGroups, alias))
      problems.push({
        path: ["connectors", id, "alias"],
        message: `the name "${alias}" already belongs to an access group`,
        value: alias,
        allowed: "an alias that no access group has: a client could not say which it means",
        fix: setTo(["connectors", id, "alias"], `${id}2`),
      });
  }
  return problems;
};

export const hostPortClashes = (config: {
  readonly connectors: ConnectorConfigs;
  readonly gateway: { readonly port: number; readonly adminPort?: number | undefined };
}): Problem[] => {
  const owners = new Map<number, string>([[config.gateway.port, "gateway.port"]]);
  const problems: Problem[] = [];
  const { adminPort } = config.gateway;
  if (adminPort !== undefined && adminPort === config.gateway.port)
    problems.push({
      path: ["gateway", "adminPort"],
      message: `host port ${adminPort} is already taken by gateway.port`,
      value: adminPort,
      allowed: "a port that nothing else in this stack uses",
      fix: setTo(["gateway", "adminPort"], adminPort + 1),
    });
  else if (adminPort !== undefined) owners.set(adminPort, "gateway.adminPort");
  for (const id of Object.keys(config.connectors).sort()) {
    // Without one it gets a port that is free.
    const port = config.connectors[id]?.hostPort;
    if (port === undefined) continue;
    const owner = owners.get(port);
    if (owner !== undefined) {
      const free = Array.from({ length: 1000 }, (_, n) => firstHostPort + n).find(
        (p) => !owners.has(p),
      );
      problems.push({
        path: ["connectors", id, "hostPort"],
        message: `host port ${port} is already taken by ${owner}`,
        value: port,
        allowed: "a port that nothing else in this stack uses",
        fix: setTo(["connectors", id, "hostPort"], free),
      });
    } else owners.set(port, `connectors.${id}`);
  }
  return problems;
};
