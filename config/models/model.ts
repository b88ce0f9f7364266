import type { Secret } from "../common/secret.ts";

export type ModelEntry =
  | { readonly name: string; readonly provider: "mock" }
  | {
      readonly name: string;
      readonly provider: "litellm";
      readonly model: string;
      readonly apiKey: Secret;
      /** Environment variable that holds the key inside the proxy. */
      readonly apiKeyVariable: string;
      readonly apiBase?: string;
      /** Hosts that LiteLLM asks besides: `name` or `name:port`. */
      readonly hosts: readonly string[];
    };
