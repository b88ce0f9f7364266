import type { ConnectorModel } from "../../config/connectors/model.ts";
import { proxyVariable } from "../../config/connectors/parse.ts";
import type { ModelEntry } from "../../config/models/model.ts";
import { envFile } from "../shell/shell.ts";

export interface ProxySecrets {
  readonly masterKey: string;
  readonly saltKey: string;
  readonly databaseUrl: string;
  /** What the request gate asks for before an admin route; never a variable of the process. */
  readonly adminSecret: string;
  /** What the relay knows LiteLLM by. */
  readonly relaySecret: string;
}

/** What LiteLLM needs to know of connectors: their credentials, and what it starts them with. */
function connectorSecrets(connectors: readonly ConnectorModel[]): (readonly [string, string])[] {
  return connectors.flatMap(({ id, auth, process, environment }) => [
    ...(auth === undefined ? [] : [[auth.variable, auth.value.reveal()] as const]),
    ...(process === undefined
      ? []
      : Object.entries(environment).flatMap(([name, value]) =>
          value.kind === "secret" ? [[proxyVariable(id, name), value.value.reveal()] as const] : [],
        )),
  ]);
}

/** Secrets of the configuration that LiteLLM gets: the model providers' keys and the connectors'. */
export function configuredSecrets(
  models: readonly ModelEntry[],
  connectors: readonly ConnectorModel[],
): Readonly<Record<string, string>> {
  const providers = models.flatMap((entry) =>
    entry.provider === "mock" ? [] : [[entry.apiKeyVariable, entry.apiKey.reveal()] as const],
  );
  return Object.fromEntries([...providers, ...connectorSecrets(connectors)]);
}

/** The proxy's env file: its own secrets, the model providers' keys and the connectors' ones. */
export function proxyEnvFile(
  secrets: ProxySecrets,
  models: readonly ModelEntry[],
  connectors: readonly ConnectorModel[] = [],
): string {
  return envFile({
    ...configuredSecrets(models, connectors),
    DATABASE_URL: secrets.databaseUrl,
    LITELLM_MASTER_KEY: secrets.masterKey,
    LITELLM_SALT_KEY: secrets.saltKey,
    MCP_GATEWAY_ADMIN_SECRET: secrets.adminSecret,
    MCP_GATEWAY_RELAY_SECRET: secrets.relaySecret,
  });
}
