import type {
  ConnectorAuth,
  ConnectorContainer,
  ConnectorModel,
} from "../../config/connectors/model.ts";
import { squidPort } from "../squid/squid-config.ts";

/** The header that LiteLLM 1.77.3 sends for a credential (docs/litellm-1.77.3.md#auth-type). */
export function authHeader({ type, value }: ConnectorAuth): readonly [string, string] {
  const secret = value.reveal();
  switch (type) {
    case "api_key":
      return ["X-API-Key", secret];
    case "bearer_token":
      return ["Authorization", `Bearer ${secret}`];
    case "basic":
      return ["Authorization", `Basic ${Buffer.from(secret).toString("base64")}`];
    case "authorization":
      return ["Authorization", secret];
  }
}

/** The same for the health probe, which asks a server as LiteLLM does. Secret. */
export function probeHeader({ auth }: ConnectorModel): string | undefined {
  return auth === undefined ? undefined : authHeader(auth).join(": ");
}

/** Whether a connector's container has a secrets file: without a secret it needs none. */
export function hasSecrets(connector: ConnectorModel): boolean {
  return (
    connector.auth !== undefined ||
    Object.values(connector.environment).some(({ kind }) => kind !== "plain")
  );
}

/**
 * What `docker inspect` may show: settings of the definition, the way out if there is one, and the
 * inputs, if all of them are plain (a secrets file has them all otherwise).
 */
export function plainEnvironment(
  connector: ConnectorModel,
  { definition, egress }: ConnectorContainer,
  egressProxy: string,
): Readonly<Record<string, string>> {
  const proxy = `http://${egressProxy}:${squidPort}`;
  const inputs = hasSecrets(connector)
    ? []
    : Object.entries(connector.environment).flatMap(([name, value]) =>
        value.kind === "plain" ? [[name, value.value] as const] : [],
      );
  return {
    ...definition.environment,
    ...Object.fromEntries(inputs),
    ...(egress.mode === "filtered" ? { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } : {}),
  };
}
