import type { Problem } from "./common/problem.ts";
import { connectorCheck } from "./connectors/check.ts";
import { hostPortClashes, reservedIds, uniqueNames } from "./connectors/clash-check.ts";
import type { ConfigContext } from "./connectors/context.ts";
import type { ConnectorInstance } from "./connectors/instance.ts";
import { lockCheck } from "./connectors/lock-check.ts";
import { databaseMode } from "./database/check.ts";
import { traefikNetwork } from "./edge/check.ts";
import { dockerHostAndPaths } from "./host/check.ts";
import { scopeCheck } from "./keys/scope-check.ts";
import { modelHosts, modelVariables } from "./models/check.ts";
import { networkParticipants, rangeSize } from "./network/check.ts";
import type { ParsedConfig } from "./schema.ts";
import { plainSecrets } from "./stack-file/plain-secrets.ts";

/** Each takes of the configuration, of its connectors' definitions and of the context what it needs. */
const checks: readonly ((
  config: ParsedConfig,
  instances: readonly ConnectorInstance[],
  context: ConfigContext,
) => Problem[])[] = [
  connectorCheck,
  (config, _instances, { isEncrypted }) => plainSecrets(config, isEncrypted),
  dockerHostAndPaths,
  databaseMode,
  traefikNetwork,
  reservedIds,
  uniqueNames,
  hostPortClashes,
  modelVariables,
  modelHosts,
  networkParticipants,
  rangeSize,
  (_config, instances, context) => lockCheck(instances, context),
  scopeCheck,
];

/** What no single value can say: references between parts of the configuration. */
export function crossCheck(
  config: ParsedConfig,
  instances: readonly ConnectorInstance[],
  context: ConfigContext,
): Problem[] {
  return checks.flatMap((check) => check(config, instances, context));
}
