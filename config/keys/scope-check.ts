import { type Problem, setTo, didYouMean, list, removeCommand } from "../common/problem.ts";
import type { ConfigContext } from "../connectors/context.ts";
import { type ConnectorInstance, kindName, lockKey } from "../connectors/instance.ts";
import type { ConnectorConfigs } from "../connectors/schema.ts";
import type { AccessGroupConfig, KeyConfig } from "./schema.ts";

/** The parts of the configuration that scopes name. */
interface ScopesConfig {
  readonly connectors: ConnectorConfigs;
  readonly accessGroups: Readonly<Record<string, AccessGroupConfig>>;
  readonly keys: Readonly<Record<string, KeyConfig>>;
  readonly models: Readonly<Record<string, unknown>>;
}

function scopeProblems(
  config: Pick<ScopesConfig, "connectors">,
  instances: readonly ConnectorInstance[],
  { lock }: Pick<ConfigContext, "lock">,
  path: readonly string[],
  scope: KeyConfig["connectors"],
): Problem[] {
  const connectors = Object.keys(config.connectors);
  return Object.entries(scope).flatMap(([id, tools]): Problem[] => {
    // Own: "constructor" is a name that every object has.
    const connector = Object.hasOwn(config.connectors, id) ? config.connectors[id] : undefined;
    if (connector === undefined)
      return [
        {
          path: [...path, id],
          message: `there is no connector "${id}"${didYouMean(id, connectors)}`,
          allowed: list(connectors),
          fix: removeCommand([...path, id]),
        },
      ];
    const instance = instances.find((one) => one.id === id);
    const locked = instance && lock.connectors[lockKey(instance)];
    if (typeof tools === "string" || locked === undefined) return [];
    const known = Object.keys(locked.tools);
    return tools.flatMap((tool, index) =>
      known.includes(tool)
        ? []
        : [
            {
              path: [...path, id, index],
              message: `"${kindName(connector)}" has no tool "${tool}"${didYouMean(tool, known)}`,
              value: tool,
              allowed: list(known),
              // An empty list is no scope.
              fix: removeCommand(tools.length === 1 ? [...path, id] : [...path, id, index]),
            },
          ],
    );
  });
}

/** Who may call what: every name in a scope exists, in the configuration and in the lock file. */
export function scopeCheck(
  config: ScopesConfig,
  instances: readonly ConnectorInstance[],
  context: Pick<ConfigContext, "lock" | "now">,
): Problem[] {
  const groups = Object.keys(config.accessGroups);
  const models = Object.keys(config.models);
  const inGroups = Object.entries(config.accessGroups).flatMap(([name, group]) =>
    scopeProblems(
      config,
      instances,
      context,
      ["accessGroups", name, "connectors"],
      group.connectors,
    ),
  );
  const inKeys = Object.entries(config.keys).flatMap(([name, key]): Problem[] => [
    ...scopeProblems(config, instances, context, ["keys", name, "connectors"], key.connectors),
    ...key.groups.flatMap((group, index) =>
      groups.includes(group)
        ? []
        : [
            {
              path: ["keys", name, "groups", index],
              message: `there is no access group "${group}"${didYouMean(group, groups)}`,
              value: group,
              allowed: list(groups),
              fix: removeCommand(["keys", name, "groups", index]),
            },
          ],
    ),
    ...key.models.flatMap((model, index) =>
      models.includes(model)
        ? []
        : [
            {
              path: ["keys", name, "models", index],
              message: `there is no model "${model}"${didYouMean(model, models)}`,
              value: model,
              allowed: list(models),
              fix: setTo(["keys", name, "models", index], models[0] ?? "gpt-4o-mock"),
            },
          ],
    ),
    ...(key.expires !== undefined && Date.parse(key.expires) <= context.now * 1000
      ? [
          {
            path: ["keys", name, "expires"],
            message: "the key has expired already",
            value: key.expires,
            allowed: "a time in the future, or no key",
            fix: removeCommand(["keys", name]),
          },
        ]
      : []),
  ]);
  return [...inGroups, ...inKeys];
}
