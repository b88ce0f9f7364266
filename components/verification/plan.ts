import type { DockerHost, GatewayModel } from "../config/model.ts";
import { grantOf } from "../access/grants.ts";
import type { ToolCall } from "../config/schema.ts";

/** One key and exactly what it must see. */
export interface KeyExpectation {
  readonly name: string;
  readonly value: string;
  /** Aliases of the connectors whose tools it must list, sorted. */
  readonly connectors: readonly string[];
  readonly models: readonly string[];
}

/** One connector, the call that proves it, and who makes the call. */
export interface ConnectorExpectation extends ToolCall {
  readonly alias: string;
  /** The first key that may use it; without one the call is made inside the proxy's container. */
  readonly key?: string;
}

/** All that `ops/verify.ts` needs, as one JSON document on its standard input. Secret. */
export interface VerificationPlan {
  readonly gatewayUrl: string;
  readonly namePrefix: string;
  readonly dockerHost: DockerHost;
  readonly keys: readonly KeyExpectation[];
  readonly connectors: readonly ConnectorExpectation[];
  /** A model that runs a tool without any provider, and the key that asks for it. */
  readonly mock?: { readonly model: string; readonly key: string; readonly connector: string };
  /** Ids of the verified containers: another one means verifying again. */
  readonly deployment: readonly string[];
}

/** What must be seen of a deployment before it counts as one. */
export function verificationPlan(
  model: Pick<
    GatewayModel,
    "gateway" | "dockerHost" | "namePrefix" | "keys" | "connectors" | "models"
  >,
  keyValues: Readonly<Record<string, string>>,
  deployment: readonly string[],
): VerificationPlan {
  const mocks = model.models.filter((entry) => entry.provider === "mock").map(({ name }) => name);
  const keys = model.keys.map((key) => ({
    name: key.name,
    value: keyValues[key.name] ?? "",
    connectors: model.connectors
      .filter((connector) => key.connectors.includes(connector.id))
      .map((connector) => connector.alias)
      .sort(),
    models: grantOf(key, model.connectors).models,
  }));
  const connectors = model.connectors.map((connector) => {
    const key = keys.find((candidate) => candidate.connectors.includes(connector.alias));
    return {
      alias: connector.alias,
      ...connector.verify,
      ...(key === undefined ? {} : { key: key.name }),
    };
  });
  const mock = keys.flatMap((key) => {
    const name = mocks.find((candidate) => key.models.includes(candidate));
    const [connector] = key.connectors;
    return name === undefined || connector === undefined
      ? []
      : [{ model: name, key: key.name, connector }];
  })[0];
  return {
    gatewayUrl: model.gateway.url,
    namePrefix: model.namePrefix,
    dockerHost: model.dockerHost,
    keys,
    connectors,
    ...(mock === undefined ? {} : { mock }),
    deployment,
  };
}
