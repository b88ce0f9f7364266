import { optional } from "../../config/common/optional.ts";
import { stringify } from "yaml";
import { mockModel } from "../../config/common/names.ts";
import type { ConnectorModel, ConnectorProcess } from "../../config/connectors/model.ts";
import { proxyVariable } from "../../config/connectors/parse.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { ModelEntry } from "../../config/models/model.ts";

/**
 * What LiteLLM starts itself: secrets come from its own environment
 * (docs/litellm-1.77.3.md#env-resolved-where).
 */
function process(connector: ConnectorModel, { command, args }: ConnectorProcess): object {
  const environment = Object.entries(connector.environment).map(([name, value]) => [
    name,
    value.kind === "plain" ? value.value : `os.environ/${proxyVariable(connector.id, name)}`,
  ]);
  return { command, args, env: Object.fromEntries(environment) as Record<string, string> };
}

/** An `mcp_servers` entry with exactly the fields that 1.77.3 reads (docs/litellm-1.77.3.md#server-fields). */
function server(connector: ConnectorModel): Record<string, unknown> {
  const { auth } = connector;
  return {
    alias: connector.alias,
    description: connector.description,
    transport: connector.transport,
    ...(connector.process === undefined
      ? { url: connector.url }
      : process(connector, connector.process)),
    ...optional({ auth_type: auth?.type, auth_value: auth && `os.environ/${auth.variable}` }),
  };
}

function model(entry: ModelEntry): Record<string, unknown> {
  return {
    model_name: entry.name,
    litellm_params:
      entry.provider === "mock"
        ? { api_base: `${mockModel.url}/v1`, api_key: "unused", model: `openai/${entry.name}` }
        : {
            ...optional({ api_base: entry.apiBase }),
            api_key: `os.environ/${entry.apiKeyVariable}`,
            model: entry.model,
          },
  };
}

/**
 * LiteLLM's `config.yaml` for 1.77.3: keys sorted, no secret in it, no field that it ignores.
 * `master_key` has to be in `general_settings`: under `litellm_settings` it leaves the gateway
 * open to every key (docs/litellm-1.77.3.md#set-master-key).
 */
export function litellmConfig(gateway: Pick<GatewayModel, "connectors" | "models">): string {
  const servers = gateway.connectors.map((connector) => [connector.serverName, server(connector)]);
  return stringify(
    {
      general_settings: {
        database_url: "os.environ/DATABASE_URL",
        master_key: "os.environ/LITELLM_MASTER_KEY",
        // Spend rows are written every n-3 to n+3 seconds; below 4 the interval can be 0 and the
        // scheduler spins (seen once: 2 GB of memory).
        proxy_batch_write_at: 4,
      },
      // Loaded from beside this file; LiteLLM does not start without it.
      litellm_settings: {
        callbacks: ["guard.instance"],
        // `user` is a client's own word: a row for each, written before the keys' own spend.
        disable_end_user_cost_tracking: true,
        // LiteLLM cannot reach that host.
        disable_hf_tokenizer_download: true,
        json_logs: true,
        telemetry: false,
      },
      mcp_servers: Object.fromEntries(servers) as Record<string, unknown>,
      model_list: gateway.models.map(model),
    },
    { sortMapEntries: true, lineWidth: 0 },
  );
}
