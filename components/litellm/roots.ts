import type { GatewayModel } from "../config/model.ts";

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

type Asked = Pick<GatewayModel, "models" | "connectors">;

/** What trusted_roots.py takes. */
interface Roots {
  /** `name:port` of each provider and each MCP server elsewhere that is asked over TLS. */
  readonly hosts: readonly string[];
  /** Providers whose hosts nobody here knows. */
  readonly unknown: readonly string[];
  /** PEM of private authorities, or nothing. */
  readonly own: string;
}

const hostOf = ({ hostname, port }: URL): string => `${hostname}:${port === "" ? "443" : port}`;

function rootsOf({ models, connectors }: Asked, own: string): Roots {
  const hosts = new Set<string>();
  const unknown = new Set<string>();
  for (const { url } of connectors) if (url.startsWith("https:")) hosts.add(hostOf(new URL(url)));
  for (const entry of models) {
    if (entry.provider === "mock") continue;
    const [provider = ""] = entry.model.split("/");
    const usual = Object.hasOwn(known, provider) ? `https://${known[provider] ?? ""}` : undefined;
    const base = entry.apiBase ?? usual;
    if (base === undefined) unknown.add(provider);
    else if (base.startsWith("https:")) hosts.add(hostOf(new URL(base)));
  }
  return { hosts: [...hosts].sort(), unknown: [...unknown].sort(), own };
}

/** `roots.json`: the same text for the same models and connectors, in whatever order they come. */
export function rootsFile(asked: Asked, own: string): string {
  return `${JSON.stringify(rootsOf(asked, own), null, 1)}\n`;
}
