import { fullToolName } from "../../config/common/names.ts";
import { optional } from "../../config/common/optional.ts";
import { connectorContainers } from "../../config/connectors/containers.ts";
import type { ConnectorModel } from "../../config/connectors/model.ts";
import type { ToolCall } from "../../config/connectors/tool-call.ts";
import type { LockedTool } from "../../config/connectors/tools-lock.ts";
import { type DatabaseAccess, databaseAccess } from "../../config/database/access.ts";
import type { DockerHost } from "../../config/host/model.ts";
import { accessMatrix, grantOf } from "../../config/keys/grants.ts";
import type { GatewayModel } from "../../config/model.ts";
import { authHeader } from "../connectors/environment.ts";
import type { Applied } from "../drift/decisions.ts";

/** One key and exactly what it must see. */
export interface KeyExpectation {
  readonly name: string;
  readonly value: string;
  /** Prefixed names of exactly the tools it must list, sorted. */
  readonly tools: readonly string[];
  readonly models: readonly string[];
}

/** What `list_tools.py` takes on its standard input. */
export type ServerAddress =
  | {
      readonly transport: "sse" | "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly transport: "stdio";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };

function serverAddress({
  url,
  transport,
  process,
  auth,
  environment,
}: ConnectorModel): ServerAddress {
  if (transport === "stdio") {
    const env = Object.entries(environment).map(([name, value]) => [
      name,
      value.kind === "plain" ? value.value : value.kind === "secret" ? value.value.reveal() : "",
    ]);
    return {
      transport,
      command: process?.command ?? "",
      args: process?.args ?? [],
      env: Object.fromEntries(env) as Record<string, string>,
    };
  }
  return {
    transport,
    url,
    headers: auth === undefined ? {} : Object.fromEntries([authHeader(auth)]),
  };
}

/** One connector, the call that proves it, and who makes the call. */
export interface ConnectorExpectation extends ToolCall {
  readonly alias: string;
  /** How the server itself is asked, from inside the proxy's container. Secret. */
  readonly server: ServerAddress;
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
  /** Names of the connectors' containers, to see which of them keep stopping. */
  readonly containers: readonly string[];
  /** A model that runs a tool without any provider, and the key that asks for it. */
  readonly mock?: { readonly model: string; readonly key: string; readonly connector: string };
  /** Ids of the verified containers: another one means verifying again. */
  readonly deployment: readonly string[];
  /** What was applied to the host under which revision, and is to be so still. */
  readonly applied: readonly Applied[];
  /** What the last `up` removed from LiteLLM's database or blocked there, in words. */
  readonly purged: readonly string[];
  readonly directories: GatewayModel["directories"];
}

/** The lines of purge-keys.sh that say something was done. */
export const purgedLines = (said: string): string[] =>
  said.split("\n").filter((line) => line !== "" && line !== "deleted nothing");

/** The part of the model that decides what is checked. */
export type PlanModel = Pick<
  GatewayModel,
  | "gateway"
  | "dockerHost"
  | "database"
  | "directories"
  | "namePrefix"
  | "keys"
  | "connectors"
  | "models"
>;

/** What must be seen of a deployment before it counts as one. */
export function verificationPlan(
  model: PlanModel,
  keyValues: Readonly<Record<string, string>>,
  proxy: string,
  deployment: readonly string[],
  done: Pick<VerificationPlan, "applied" | "purged"> = { applied: [], purged: [] },
): VerificationPlan {
  const mocks = model.models.filter((entry) => entry.provider === "mock").map(({ name }) => name);
  const matrix = accessMatrix(model);
  const keys = model.keys.map((key) => ({
    name: key.name,
    value: keyValues[key.name] ?? "",
    tools: Object.entries(matrix[key.name] ?? {})
      .flatMap(([alias, tools]) => tools.map((tool) => fullToolName(alias, tool)))
      .sort(),
    models: grantOf(key, model.connectors).models,
  }));
  const connectors = model.connectors.map((connector) => {
    const key = keys.find((one) =>
      one.tools.includes(fullToolName(connector.alias, connector.verify.tool)),
    );
    return {
      alias: connector.alias,
      server: serverAddress(connector),
      lock: connector.lock,
      ...connector.verify,
      ...(key === undefined ? {} : { key: key.name }),
    };
  });
  // What is refused shows no model a result.
  const answering = connectors.filter(({ outcome }) => outcome === "result");
  const mock = answering.flatMap(({ alias, tool }) =>
    keys.flatMap((key) => {
      const name = mocks.find((candidate) => key.models.includes(candidate));
      return name === undefined || !key.tools.includes(fullToolName(alias, tool))
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
    containers: model.connectors
      .flatMap(connectorContainers)
      .map((host) => model.namePrefix + host),
    ...optional({ mock }),
    deployment,
    ...done,
    directories: model.directories,
  };
}
