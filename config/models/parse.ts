import { optional } from "../common/optional.ts";
import type { ModelEntry } from "./model.ts";
import type { ModelConfig } from "./schema.ts";

export function modelEntry(name: string, config: ModelConfig): ModelEntry {
  if (config.provider === "mock") return { name, provider: "mock" };
  return {
    name,
    provider: "litellm",
    model: config.model,
    apiKey: config.apiKey,
    apiKeyVariable: `MODEL_KEY_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`,
    ...optional({ apiBase: config.apiBase }),
    hosts: [...new Set(config.hosts)].sort(),
  };
}
