import { type Problem, setTo, didYouMean, list, removeCommand } from "../common/problem.ts";
import type { Catalogue } from "../connectors/definition.ts";
import { definitionOf, kindName, lockKey, lockSource } from "../connectors/instance.ts";
import type { ConnectorConfigs } from "../connectors/schema.ts";
import type { ToolsLock } from "../connectors/tools-lock.ts";
import type { AccessGroupConfig, KeyConfig } from "./schema.ts";

/** Clients refuse tool names of more than 60 to 64 characters, prefix included. */
const longestToolName = 60;

interface ScopeContext {
  readonly lock: ToolsLock;
  readonly catalogue: Catalogue;
  readonly now: number;
}

/** The parts of the configuration that scopes name. */
interface ScopesConfig {
  readonly connectors: ConnectorConfigs;
  readonly accessGroups: Readonly<Record<string, AccessGroupConfig>>;
  readonly keys: Readonly<Record<string, KeyConfig>>;
  readonly models: Readonly<Record<string, unknown>>;
}

function scopeProblems(
  config: Pick<ScopesConfig, "connectors">,
  { lock, catalogue }: Pick<ScopeContext, "lock" | "catalogue">,
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
    const definition = definitionOf(connector, catalogue);
    const locked =
      definition === undefined ? undefined : lock.connectors[lockKey(id, connector, definition)];
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
export function scopeCheck(config: ScopesConfig, context: ScopeContext): Problem[] {
  const groups = Object.keys(config.accessGroups);
  const models = Object.keys(config.models);
  const inGroups = Object.entries(config.accessGroups).flatMap(([name, group]) =>
    scopeProblems(config, context, ["accessGroups", name, "connectors"], group.connectors),
  );
  const inKeys = Object.entries(config.keys).flatMap(([name, key]): Problem[] => [
    ...scopeProblems(config, context, ["keys", name, "connectors"], key.connectors),
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

/** Every connector's tools are locked, for the image that the catalogue has, and not too long. */
export function lockCheck(
  config: Pick<ScopesConfig, "connectors">,
  catalogue: Catalogue,
  lock: ToolsLock,
): Problem[] {
  return Object.entries(config.connectors).flatMap(([id, connector]): Problem[] => {
    const definition = definitionOf(connector, catalogue);
    if (definition === undefined) return [];
    const source = lockSource(connector, definition);
    const locked = lock.connectors[lockKey(id, connector, definition)];
    const kind = kindName(connector);
    const what = connector.use === undefined ? "definition" : "use";
    if (locked?.image !== source)
      return [
        {
          path: ["connectors", id, what],
          message:
            locked === undefined
              ? `tools.lock.json does not know the tools of "${kind}"`
              : `tools.lock.json has the tools of another image of "${kind}"`,
          ...(connector.use === undefined ? {} : { value: connector.use }),
          allowed: `a connector whose tools were read from ${source}`,
          fix: "make tools-lock, then look at what git diff tools.lock.json shows",
        },
      ];
    const verify = connector.verify?.tool;
    const known = Object.keys(locked.tools);
    if (verify !== undefined && !known.includes(verify))
      return [
        {
          path: ["connectors", id, "verify", "tool"],
          message: `"${kind}" has no tool "${verify}"${didYouMean(verify, known)}`,
          value: verify,
          allowed: list(known),
          fix: setTo(["connectors", id, "verify", "tool"], definition.verify.tool),
        },
      ];
    const alias = connector.alias ?? id;
    const [longest = ""] = Object.keys(locked.tools).sort((a, b) => b.length - a.length);
    const room = longestToolName - `-${longest}`.length;
    return alias.length <= room
      ? []
      : [
          {
            path: ["connectors", id, "alias"],
            message: `"${alias}-${longest}" is longer than ${longestToolName} characters`,
            value: alias,
            allowed: `an alias of at most ${Math.max(room, 0)} characters`,
            fix: setTo(["connectors", id, "alias"], id.slice(0, Math.max(1, Math.min(3, room)))),
          },
        ];
  });
}
