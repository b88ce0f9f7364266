import type { DockerHost, GatewayModel } from "../config/model.ts";
import { accessMatrix, grantOf } from "../access/grants.ts";
import { type DatabaseAccess, databaseAccess } from "../database/access.ts";
import type { LockedTool } from "../access/tools-lock.ts";
import type { ToolCall } from "../config/schema.ts";
import type { Asked } from "../host/words.ts";

/** One key and exactly what it must see. */
export interface KeyExpectation {
  readonly name: string;
  readonly value: string;
  /** Prefixed names of exactly the tools it must list, sorted. */
  readonly tools: readonly string[];
  readonly models: readonly string[];
}

/** One connector, the call that proves it, and who makes the call. */
export interface ConnectorExpectation extends ToolCall {
  readonly alias: string;
  readonly url: string;
  readonly transport: string;
  readonly lock: Readonly<Record<string, LockedTool>>;
  /** The first key that may use it; without one the call is made inside the proxy's container. */
  readonly key?: string;
}

/** All that `ops/verify.ts` needs, as one JSON document on its standard input. Secret. */
export interface VerificationPlan {
  readonly gatewayUrl: string;
  readonly namePrefix: string;
  /** Name of the proxy's container. */
  readonly proxy: string;
  readonly dockerHost: DockerHost;
  readonly database: DatabaseAccess;
  readonly keys: readonly KeyExpectation[];
  readonly connectors: readonly ConnectorExpectation[];
  /** A model that runs a tool without any provider, and the key that asks for it. */
  readonly mock?: { readonly model: string; readonly key: string; readonly connector: string };
  /** Ids of the verified containers: another one means verifying again. */
  readonly deployment: readonly string[];
  /** What was applied to the host under which word, and is to be so still. */
  readonly applied: readonly Asked[];
  readonly directories: GatewayModel["directories"];
}

/** What must be seen of a deployment before it counts as one. */
export function verificationPlan(
  model: Pick<
    GatewayModel,
    | "gateway"
    | "dockerHost"
    | "database"
    | "directories"
    | "namePrefix"
    | "keys"
    | "connectors"
    | "models"
  >,
  keyValues: Readonly<Record<string, string>>,
  proxy: string,
  deployment: readonly string[],
  applied: readonly Asked[] = [],
): VerificationPlan {
  const mocks = model.models.filter((entry) => entry.provider === "mock").map(({ name }) => name);
  const matrix = accessMatrix(model);
  const keys = model.keys.map((key) => ({
    name: key.name,
    value: keyValues[key.name] ?? "",
    tools: Object.entries(matrix[key.name] ?? {})
      .flatMap(([alias, tools]) => tools.map((tool) => `${alias}-${tool}`))
      .sort(),
    models: grantOf(key, model.connectors).models,
  }));
  const connectors = model.connectors.map((connector) => {
    const key = keys.find((one) =>
      one.tools.includes(`${connector.alias}-${connector.verify.tool}`),
    );
    return {
      alias: connector.alias,
      url: connector.url,
      transport: connector.definition.transport,
      lock: connector.lock,
      ...connector.verify,
      ...(key === undefined ? {} : { key: key.name }),
    };
  });
  const mock = connectors.flatMap(({ alias, tool }) =>
    keys.flatMap((key) => {
      const name = mocks.find((candidate) => key.models.includes(candidate));
      return name === undefined || !key.tools.includes(`${alias}-${tool}`)
        ? []
        : [{ model: name, key: key.name, connector: alias }];
    }),
  )[0];
  return {
    gatewayUrl: model.gateway.url,
    namePrefix: model.namePrefix,
    proxy,
    dockerHost: model.dockerHost,
    database: databaseAccess(model),
    keys,
    connectors,
    ...(mock === undefined ? {} : { mock }),
    deployment,
    applied,
    directories: model.directories,
  };
}
