import { byName } from "../common/by-name.ts";
import { type Problem, setTo, removeCommand } from "../common/problem.ts";
import { knownProviders, usualHost } from "./providers.ts";
import { type ModelConfig, exampleHost } from "./schema.ts";

interface ModelsConfig {
  readonly models: Readonly<Record<string, ModelConfig>>;
}

/** Two model names that differ only in punctuation would share one variable for their key. */
export function modelVariables(config: ModelsConfig): Problem[] {
  const owners = new Map<string, string>();
  return byName(config.models).flatMap(([name]) => {
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
}

/** LiteLLM reaches only what is known to be a provider's: a call would be refused on its way out. */
export function modelHosts(config: ModelsConfig): Problem[] {
  return byName(config.models).flatMap(([name, model]) => {
    if (model.provider === "mock" || model.apiBase !== undefined || model.hosts.length > 0)
      return [];
    if (usualHost(model.model) !== undefined) return [];
    return [
      {
        path: ["models", name],
        message: `LiteLLM reaches configured hosts only, and nobody here knows those of "${model.model.split("/")[0] ?? ""}"`,
        allowed: `the hosts that LiteLLM asks for it, or apiBase; without either: ${knownProviders.join(", ")}`,
        fix: setTo(["models", name, "hosts", 0], exampleHost),
      },
    ];
  });
}
