import type { ModelEntry } from "../config/model.ts";
import { envFile } from "../host/shell.ts";

export interface ProxySecrets {
  readonly masterKey: string;
  readonly saltKey: string;
  readonly databaseUrl: string;
}

/** The proxy's env file: its own secrets and the model providers' keys. */
export function proxyEnvFile(secrets: ProxySecrets, models: readonly ModelEntry[]): string {
  const providers = models.flatMap((entry) =>
    entry.provider === "mock" ? [] : [[entry.apiKeyVariable, entry.apiKey.reveal()] as const],
  );
  return envFile({
    ...Object.fromEntries(providers),
    DATABASE_URL: secrets.databaseUrl,
    LITELLM_MASTER_KEY: secrets.masterKey,
    LITELLM_SALT_KEY: secrets.saltKey,
  });
}
