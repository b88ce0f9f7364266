import type { Problem } from "./common/problem.ts";
import { connectorCheck } from "./connectors/check.ts";
import { reservedIds, uniqueNames, hostPorts } from "./connectors/clash-check.ts";
import type { Catalogue } from "./connectors/definition.ts";
import type { ToolsLock } from "./connectors/tools-lock.ts";
import { databaseMode } from "./database/check.ts";
import { traefikNetwork } from "./edge/check.ts";
import { dockerHostAndPaths } from "./host/check.ts";
import { lockCheck, scopeCheck } from "./keys/scope-check.ts";
import { modelHosts, modelVariables } from "./models/check.ts";
import { networkParticipants, rangeSize } from "./network/check.ts";
import type { ParsedConfig } from "./schema.ts";
import { type IsEncrypted, plainSecrets } from "./stack-file/plain-secrets.ts";

/** What the configuration is checked against. */
export interface CrossCheckContext {
  readonly catalogue: Catalogue;
  readonly lock: ToolsLock;
  readonly now: number;
  /** The checkout, where relative directories start. */
  readonly root: string;
  /** Image reference → what to pull instead. */
  readonly mirror: Readonly<Record<string, string>>;
  /** Whether the value at a path is encrypted in the stack's file; without it nobody can tell. */
  readonly isEncrypted?: IsEncrypted;
  /** tools.lock.json is about to be written: what it lacks is no problem. */
  readonly lockIsWritten?: boolean;
}

type Check = (config: ParsedConfig, catalogue: Catalogue) => Problem[];

const checks: readonly Check[] = [
  dockerHostAndPaths,
  databaseMode,
  traefikNetwork,
  reservedIds,
  uniqueNames,
  hostPorts,
  modelVariables,
  modelHosts,
  networkParticipants,
  rangeSize,
];

/** What no single value can say: references between parts of the configuration. */
export function crossCheck(config: ParsedConfig, context: CrossCheckContext): Problem[] {
  return [
    ...connectorCheck(config, context),
    ...plainSecrets(config, context.isEncrypted),
    ...checks.flatMap((check) => check(config, context.catalogue)),
    ...(context.lockIsWritten === true ? [] : lockCheck(config, context.catalogue, context.lock)),
    ...scopeCheck(config, context),
  ];
}
