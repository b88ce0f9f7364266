import type { ModelEntry } from "../config/model.ts";

/** Where LiteLLM 1.77.3 asks a provider that has no `apiBase` of its own (litellm/llms/*). */
const known: Readonly<Record<string, string>> = {
  anthropic: "api.anthropic.com",
  deepseek: "api.deepseek.com",
  fireworks_ai: "api.fireworks.ai",
  gemini: "generativelanguage.googleapis.com",
  groq: "api.groq.com",
  mistral: "api.mistral.ai",
  openai: "api.openai.com",
  openrouter: "openrouter.ai",
  perplexity: "api.perplexity.ai",
  together_ai: "api.together.xyz",
  xai: "api.x.ai",
};

/** What trusted_roots.py takes. */
interface Roots {
  /** `name:port` of each provider that is asked over TLS. */
  readonly hosts: readonly string[];
  /** Providers whose hosts nobody here knows. */
  readonly unknown: readonly string[];
  /** PEM of private authorities, or nothing. */
  readonly own: string;
}

function rootsOf(models: readonly ModelEntry[], own: string): Roots {
  const hosts = new Set<string>();
  const unknown = new Set<string>();
  for (const entry of models) {
    if (entry.provider === "mock") continue;
    const [provider = ""] = entry.model.split("/");
    const base = entry.apiBase === undefined ? undefined : new URL(entry.apiBase);
    const host = base?.hostname ?? (Object.hasOwn(known, provider) ? known[provider] : undefined);
    if (host === undefined) unknown.add(provider);
    else if (base === undefined || base.protocol === "https:")
      hosts.add(`${host}:${base?.port === undefined || base.port === "" ? "443" : base.port}`);
  }
  return { hosts: [...hosts].sort(), unknown: [...unknown].sort(), own };
}

/** `roots.json`: the same text for the same models, in whatever order they come. */
export function rootsFile(models: readonly ModelEntry[], own: string): string {
  return `${JSON.stringify(rootsOf(models, own), null, 1)}\n`;
}
