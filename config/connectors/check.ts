import { resolve } from "node:path";
import { fullToolName } from "../common/names.ts";
import { type Problem, setTo, didYouMean, list, removeCommand } from "../common/problem.ts";
import type { DirectoriesConfig } from "../host/schema.ts";
import { plainSecret } from "../stack-file/plain-secrets.ts";
import { type ConfigContext, pulled } from "./context.ts";
import { definitionProblems } from "./definition-problems.ts";
import { forbiddenPath } from "./host-path.ts";
import { inputProblem, inputSetCommand, textOf } from "./input-check.ts";
import { isSecretInput } from "./input.ts";
import { type ConnectorInstance, kindName, lockedTools, sortedInstances } from "./instance.ts";
import type { ConnectorConfig, ConnectorConfigs } from "./schema.ts";
import { hasDigest } from "./warnings.ts";

type CheckContext = Pick<ConfigContext, "catalogue" | "lock" | "root" | "mirror" | "isEncrypted">;

/** The parts of the configuration that connectors are held against. */
interface ConnectorsConfig {
  readonly connectors: ConnectorConfigs;
  readonly database: { readonly samples: readonly string[] };
  readonly directories: DirectoriesConfig;
  readonly dockerHost: string;
  readonly externalNetworks: Readonly<Record<string, readonly string[]>>;
  readonly policy: { readonly imagesWithoutDigest: "warn" | "refuse" };
}

/** Why a connector has no definition, or a wrong one. */
function definitionProblem(
  id: string,
  connector: ConnectorConfig,
  { catalogue }: Pick<ConfigContext, "catalogue">,
): Problem[] {
  const path = ["connectors", id];
  const entries = Object.keys(catalogue);
  if ((connector.use === undefined) === (connector.definition === undefined))
    return [
      {
        path: [...path, "use"],
        message:
          connector.use === undefined
            ? "it says neither which catalogue entry it is, nor a definition of its own"
            : "it names a catalogue entry and has a definition of its own",
        allowed: `\`use\`, one of ${list(entries)}, or \`definition\``,
        fix:
          connector.use === undefined
            ? setTo([...path, "use"], entries[0] ?? "postgres")
            : removeCommand([...path, "use"]),
      },
    ];
  if (connector.definition !== undefined)
    return definitionProblems(connector.definition).map((problem) => ({
      path: [...path, "definition", ...problem.path],
      message: problem.message,
      allowed: problem.allowed,
      fix: removeCommand([...path, "definition", ...problem.path]),
    }));
  const { use = "" } = connector;
  if (entries.includes(use)) return [];
  return [
    {
      path: [...path, "use"],
      message: `the catalogue has no such connector${didYouMean(use, entries)}`,
      value: use,
      allowed: list(entries),
      fix: setTo([...path, "use"], entries[0] ?? "postgres"),
    },
  ];
}

/** Paths of the Docker host that a server must not see, whatever it promises. */
function paths(
  where: readonly string[],
  value: ConnectorConfig["inputs"][string],
  config: ConnectorsConfig,
  root: string,
): Problem[] {
  const own = [config.directories.secrets, config.directories.config].map((directory) =>
    resolve(root, directory),
  );
  return (Array.isArray(value) ? value : [textOf(value)]).flatMap((one, index) => {
    const reason = forbiddenPath(one, own, config.dockerHost);
    const at = Array.isArray(value) ? [...where, index] : where;
    return reason === undefined
      ? []
      : [
          {
            path: at,
            message: reason,
            value: one,
            allowed: "an absolute path with nothing in it but what may be read",
            fix: setTo(at, "/srv/shared"),
          },
        ];
  });
}

function inputs(
  { id, entry: connector, definition }: ConnectorInstance,
  config: ConnectorsConfig,
  context: CheckContext,
): Problem[] {
  const path = ["connectors", id, "inputs"];
  const known = Object.keys(definition.inputs);
  const kind = kindName(connector);
  const unknown = Object.keys(connector.inputs)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: [...path, name],
      message: `"${kind}" has no such input${didYouMean(name, known)}`,
      allowed: list(known),
      fix: removeCommand([...path, name]),
    }));
  const wrong = Object.entries(definition.inputs).flatMap(([name, input]): Problem[] => {
    const where = [...path, name];
    const value = connector.inputs[name];
    if (value === undefined)
      return input.required && input.default === undefined
        ? [
            {
              path: where,
              message: `"${kind}" needs this input`,
              allowed: input.description,
              fix: inputSetCommand(where, input),
            },
          ]
        : [];
    const problem = inputProblem(where, input, value, config.database.samples);
    if (problem !== undefined) return [problem];
    if (
      isSecretInput(input.type) &&
      typeof value === "string" &&
      context.isEncrypted?.(where) === false
    )
      return [plainSecret(where, inputSetCommand(where, input))];
    return input.mount === undefined ? [] : paths(where, value, config, context.root);
  });
  return [...unknown, ...wrong];
}

/** Settings that mean nothing for this kind of connector, or more than they seem to. */
function settings(
  { id, entry: connector, definition }: ConnectorInstance,
  config: ConnectorsConfig,
  context: CheckContext,
): Problem[] {
  const path = ["connectors", id];
  const problems: Problem[] = [];
  if (connector.placement === "gateway" && definition.transport !== "stdio")
    problems.push({
      path: [...path, "placement"],
      message: `LiteLLM can only start stdio servers, and this one is ${definition.transport}`,
      value: "gateway",
      allowed: '"container"',
      fix: removeCommand([...path, "placement"]),
    });
  const filtered =
    definition.transport !== "remote" &&
    definition.egress.mode === "filtered" &&
    connector.placement === "container";
  if (connector.egress !== undefined && !filtered)
    problems.push({
      path: [...path, "egress"],
      message: "nothing would filter it: this connector's egress is not of that kind",
      allowed: "a definition with egress.mode filtered, in a container",
      fix: removeCommand([...path, "egress"]),
    });
  if (
    connector.placement === "gateway" &&
    definition.transport === "stdio" &&
    definition.egress.mode === "filtered"
  )
    problems.push({
      path: [...path, "placement"],
      message: "its egress is to be filtered, and inside LiteLLM nothing filters it",
      value: "gateway",
      allowed: '"container"',
      fix: removeCommand([...path, "placement"]),
    });
  const joined = Object.keys(config.externalNetworks).find((network) =>
    config.externalNetworks[network]?.includes(id),
  );
  if (
    joined !== undefined &&
    definition.transport !== "remote" &&
    definition.egress.mode === "none"
  )
    problems.push({
      path: ["externalNetworks", joined],
      message: `"${id}" would get a way out, and its egress is none`,
      allowed: "connectors whose egress is open or filtered",
      fix: removeCommand([
        "externalNetworks",
        joined,
        config.externalNetworks[joined]?.indexOf(id) ?? 0,
      ]),
    });
  if (
    connector.placement === "gateway" &&
    Object.values(connector.inputs).some((value) => typeof value === "object" && "sample" in value)
  )
    problems.push({
      path: [...path, "placement"],
      message: "a sample database is only for connectors in containers of their own",
      allowed: '"container"',
      fix: removeCommand([...path, "placement"]),
    });
  if (
    config.policy.imagesWithoutDigest === "refuse" &&
    definition.transport !== "remote" &&
    connector.placement === "container" &&
    !hasDigest(pulled(definition.image, context))
  )
    problems.push({
      path: connector.use === undefined ? [...path, "definition", "image"] : [...path, "use"],
      message: `the image ${definition.image} has no digest, and policy.imagesWithoutDigest refuses that`,
      allowed: "an image with @sha256:…: docker pull prints it",
      fix: setTo(["policy", "imagesWithoutDigest"], "warn"),
    });
  return problems;
}

/**
 * `a_b-c` and `a-b_c` are two tools, but one name for a client that makes an identifier of it.
 * Within one server a double name is refused when its tools are read; between servers the alias
 * keeps names apart, and bare names are no way in at all.
 */
function collisions(
  instances: readonly ConnectorInstance[],
  { lock }: Pick<ConfigContext, "lock">,
): Problem[] {
  const owners = new Map<string, string>();
  return sortedInstances(instances).flatMap((instance): Problem[] => {
    const { id, entry } = instance;
    const alias = entry.alias ?? id;
    const found = Object.keys(lockedTools(instance, lock)).flatMap((tool) => {
      const name = fullToolName(alias, tool);
      const owner = owners.get(name.replaceAll("-", "_"));
      owners.set(name.replaceAll("-", "_"), owner ?? name);
      // The same name twice is the same alias twice, which is reported as that.
      return owner === undefined || owner === name ? [] : [`${name} and ${owner}`];
    });
    return found.length === 0
      ? []
      : [
          {
            path: ["connectors", id, "alias"],
            message: `to a client that writes _ for -, these tools have one name: ${list(found)}`,
            value: alias,
            allowed: "an alias with which no two tools are alike",
            fix: setTo(["connectors", id, "alias"], alias.replaceAll("_", "")),
          },
        ];
  });
}

/** Everything about connectors that no single value can say. */
export function connectorCheck(
  config: ConnectorsConfig,
  instances: readonly ConnectorInstance[],
  context: CheckContext,
): Problem[] {
  const each = Object.entries(config.connectors).flatMap(([id, connector]): Problem[] => {
    const problems = definitionProblem(id, connector, context);
    const instance = instances.find((one) => one.id === id);
    if (instance === undefined || problems.length > 0) return problems;
    return [...inputs(instance, config, context), ...settings(instance, config, context)];
  });
  return [...each, ...collisions(instances, context)];
}
