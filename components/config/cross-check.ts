import type { ToolsLock } from "../access/tools-lock.ts";
import type { Catalogue } from "../connectors/definition.ts";
import { databaseMode, traefikNetwork } from "./database-check.ts";
import { type Problem, configPath, didYouMean, removeCommand, setCommand } from "./problems.ts";
import type { ParsedConfig } from "./schema.ts";
import { lockCheck, scopeCheck } from "./scope-check.ts";

/** What the configuration is checked against. */
export interface CrossCheckContext {
  readonly catalogue: Catalogue;
  readonly lock: ToolsLock;
  readonly now: number;
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

const connectorInputs: Check = (config, catalogue) =>
  Object.entries(config.connectors).flatMap(([id, connector]) => {
    const path = ["connectors", id];
    const definition = Object.hasOwn(catalogue, connector.use)
      ? catalogue[connector.use]
      : undefined;
    if (definition === undefined)
      return [
        {
          path: [...path, "use"],
          message: `the catalogue has no such connector${didYouMean(connector.use, Object.keys(catalogue))}`,
          value: connector.use,
          allowed: list(Object.keys(catalogue)),
          fix: setCommand([...path, "use"], Object.keys(catalogue)[0]),
        },
      ];
    const known = Object.keys(definition.inputs);
    const unknown = Object.keys(connector.inputs)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: [...path, "inputs", name],
        message: `"${connector.use}" has no such input${didYouMean(name, known)}`,
        allowed: list(known),
        fix: removeCommand([...path, "inputs", name]),
      }));
    const wrong = Object.entries(definition.inputs).flatMap(([name, input]): Problem[] => {
      const where = [...path, "inputs", name];
      const value = connector.inputs[name];
      const secretFix = `pulumi config set --secret --path '${configPath(where)}'`;
      if (value === undefined)
        return input.required
          ? [
              {
                path: where,
                message: `"${connector.use}" needs this input`,
                allowed: input.description,
                fix: input.type === "string" ? setCommand(where) : secretFix,
              },
            ]
          : [];
      if (typeof value === "object") {
        if (input.type !== "databaseUri")
          return [
            {
              path: where,
              message: "only a database input can name a sample",
              allowed: input.description,
              fix: removeCommand(where),
            },
          ];
        return config.database.samples.includes(value.sample)
          ? []
          : [
              {
                path: where,
                message: `the sample database "${value.sample}" is not made`,
                allowed: list(config.database.samples),
                fix: setCommand(["database", "samples", 0], value.sample),
              },
            ];
      }
      if (input.type === "databaseUri" && !/^postgres(ql)?:\/\/[^\s]+$/.test(String(value)))
        return [
          {
            path: where,
            message: "this is not a PostgreSQL URI",
            allowed: input.description,
            fix: secretFix,
          },
        ];
      if (/[\r\n\0]/.test(String(value)))
        return [
          {
            path: where,
            message: "the value has a line break in it",
            allowed: input.description,
            fix: input.type === "string" ? setCommand(where) : secretFix,
          },
        ];
      return [];
    });
    return [...unknown, ...wrong];
  });

/**
 * Ids whose container (`mcp-<id>`) or place in externalNetworks is one of the gateway's own: a
 * connector called "database" would take PostgreSQL along into its external networks.
 */
const reserved = [
  ...["edge", "proxy", "database", "mock_model", "relay"],
  ...["litellm_proxy", "litellm_postgres"],
];

const reservedIds: Check = (config) =>
  Object.keys(config.connectors)
    .filter((id) => reserved.includes(id))
    .map((id) => ({
      path: ["connectors", id],
      message: `"${id}" is a part of the gateway's own`,
      allowed: `any id but ${list(reserved)}`,
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

/** Two model names that differ only in punctuation would share one variable for their key. */
const modelVariables: Check = (config) => {
  const owners = new Map<string, string>();
  return Object.keys(config.models)
    .sort()
    .flatMap((name) => {
      const variable = name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
      const owner = owners.get(variable);
      owners.set(variable, owner ?? name);
      return owner === undefined
        ? []
        : [
            {
              path: ["models", name],
              message: `the name differs from "${owner}" only in punctuation or case`,
              allowed: "names that differ in letters or digits",
              fix: removeCommand(["models", name]),
            },
          ];
    });
};

const networkParticipants: Check = (config) => {
  const known = ["edge", "proxy", ...Object.keys(config.connectors)];
  return Object.entries(config.externalNetworks).flatMap(([network, members]) => [
    ...(network === config.network
      ? [
          {
            path: ["externalNetworks", network],
            message: "the gateway's own network cannot be an external one as well",
            allowed: `any network but "${config.network}"`,
            fix: removeCommand(["externalNetworks", network]),
          },
        ]
      : []),
    ...members.flatMap((member, index) =>
      known.includes(member)
        ? []
        : [
            {
              path: ["externalNetworks", network, index],
              message: `nothing here is called "${member}"${didYouMean(member, known)}`,
              value: member,
              allowed: list(known),
              fix: setCommand(["externalNetworks", network, index], known[0]),
            },
          ],
    ),
  ]);
};

const checks: readonly Check[] = [
  dockerHostAndPaths,
  databaseMode,
  traefikNetwork,
  connectorInputs,
  reservedIds,
  uniqueNames,
  hostPorts,
  modelVariables,
  networkParticipants,
];

/** What no single value can say: references between parts of the configuration. */
export function crossCheck(config: ParsedConfig, context: CrossCheckContext): Problem[] {
  return [
    ...checks.flatMap((check) => check(config, context.catalogue)),
    ...lockCheck(config, context.catalogue, context.lock),
    ...scopeCheck(config, context),
  ];
}
