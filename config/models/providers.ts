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

/** Providers whose host is known here. */
export const knownProviders: readonly string[] = Object.keys(known);

/** The provider's own host, or nothing if nobody here knows it. */
export function usualHost(model: string): string | undefined {
  const [provider = ""] = model.split("/");
  return Object.hasOwn(known, provider) ? known[provider] : undefined;
}
