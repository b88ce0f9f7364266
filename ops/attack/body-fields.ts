import type { Piece } from "./address-fields.ts";
import type { Scene, Sees } from "./attack.ts";
import { answeredBy, answeredWithMark, any, header, says, timedOut } from "./sees.ts";

/** A piece of a body that needs no listener, and how it shows that LiteLLM acted on it. */
export interface Acted extends Piece {
  readonly sees: Sees;
}

const mockFailure = says(
  /Error doing the fallback|This is a mock exception|mock (\w+ )?(exception|error)/i,
  "LiteLLM acted on it",
);

/** S6: models that the row does not have, by failures that the client orders. */
export const fallbackModels: readonly Acted[] = (
  [
    ["context_window_fallbacks", "mock_testing_context_fallbacks"],
    ["content_policy_fallbacks", "mock_testing_content_policy_fallbacks"],
    ["fallbacks", "mock_testing_fallbacks"],
  ] as const
).flatMap(([field, order]): Acted[] => [
  {
    name: `${field} by model, with ${order}`,
    of: ({ model, foreignModel, mark }) => ({
      [order]: true,
      [field]: [{ [model]: [foreignModel ?? mark] }],
    }),
    sees: any(answeredBy, mockFailure),
  },
  {
    name: `${order} alone`,
    of: () => ({ [order]: true }),
    sees: mockFailure,
  },
]);

/** Answers of the client's own making, and failures. */
export const mocked: readonly Acted[] = [
  { name: "mock_response", of: ({ mark }) => ({ mock_response: mark }), sees: answeredWithMark },
  {
    name: "mock_response that is a failure",
    of: () => ({ mock_response: "litellm.RateLimitError" }),
    sees: says(/this is a mock rate limit error/i, "LiteLLM acted on it"),
  },
  {
    name: "mock_tool_calls",
    of: ({ mark }) => ({
      mock_response: "x",
      mock_tool_calls: [{ id: "1", type: "function", function: { name: mark, arguments: "{}" } }],
    }),
    sees: answeredWithMark,
  },
  {
    name: "mock_timeout",
    of: () => ({ mock_timeout: true, timeout: 0.01 }),
    sees: timedOut,
  },
];

export const retries = header(
  "x-litellm-attempted-retries",
  (value) => value > 0,
  "retried at the client's word",
);

/** How LiteLLM treats a request, where no answer is the client's business. */
export const knobs: readonly Acted[] = [
  {
    name: "num_retries and max_retries",
    of: () => ({ num_retries: 3, max_retries: 3, mock_testing_rate_limit_error: true }),
    sees: any(retries, says(/mock|LiteLLM Retried/i, "LiteLLM acted on it")),
  },
  {
    name: "timeout and request_timeout",
    of: () => ({ timeout: 0.000_01, request_timeout: 0.000_01, stream_timeout: 0.000_01 }),
    sees: timedOut,
  },
  {
    name: "litellm_credential_name",
    of: ({ mark }) => ({ litellm_credential_name: mark }),
    sees: says(/litellm\.\w+.*credential/i, "LiteLLM looked for it"),
  },
  {
    name: "specific deployment by model_info",
    of: ({ mark }) => ({ model_info: { id: mark }, specific_deployment: true }),
    sees: answeredWithMark,
  },
  {
    name: "tags that choose a deployment",
    of: ({ mark }) => ({ tags: [mark], metadata: { tags: [mark] } }),
    sees: says(
      /no deployments available for.*tag|tag-based|Not allowed to access model.*tags/i,
      "acted on",
    ),
  },
  {
    name: "fastest_response",
    of: ({ model }) => ({ model: `${model},${model}`, fastest_response: true }),
    sees: says(/"choices"/, "a list of models was answered"),
  },
  {
    name: "custom_llm_provider alone",
    of: () => ({ custom_llm_provider: "anthropic" }),
    sees: says(/Anthropic|ANTHROPIC_API_KEY/, "LiteLLM chose that provider"),
  },
  {
    name: "guardrails by name",
    of: ({ mark }) => ({ guardrails: [mark], disable_global_guardrail: true }),
    sees: says(/guardrail.{0,40}(not found|does not exist|failed)/i, "LiteLLM acted on it"),
  },
];

/** Identities that are not the key's own, wherever LiteLLM keeps them in a request. */
export function identities({ victim, mark }: Scene): Readonly<Record<string, unknown>> {
  const name = victim?.name ?? mark;
  return {
    user_api_key: name,
    user_api_key_hash: name,
    user_api_key_alias: name,
    user_api_key_user_id: name,
    user_api_key_team_id: name,
    user_api_key_auth: { api_key: name, key_alias: name, user_role: "proxy_admin" },
    user_api_key_object_permission: { mcp_servers: ["*"] },
  };
}
