import { createHmac } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { databaseAccess } from "../config/database/access.ts";
import { type AccessMatrix, accessMatrix } from "../config/keys/grants.ts";
import type { GatewayModel } from "../config/model.ts";
import { edgeKeys, guardRows } from "./access/rows.ts";
import { VirtualKey, keyPurge } from "./access/virtual-key.ts";
import { deployedConnectors } from "./connectors/deployed.ts";
import { Images } from "./containers/images.ts";
import type { Platform } from "./containers/platform.ts";
import { readyCommand } from "./containers/readiness.ts";
import { dataSummary, litellmDatabase } from "./database/server.ts";
import { type DriftPlan, type Look, driftPlan } from "./drift/decisions.ts";
import { Edge } from "./edge/edge.ts";
import { checkedSalt, keptSecret } from "./keyring/kept-secret.ts";
import type { KeptValue } from "./keyring/kept-value.ts";
import { guardPolicy, locksOf } from "./litellm/guard-policy.ts";
import { LitellmProxy } from "./litellm/proxy.ts";
import { MockModel } from "./mock-model/mock-model.ts";
import { Networks } from "./networks/networks.ts";
import { Relay } from "./relay/relay.ts";
import { provedProxy } from "./verification/candidate.ts";
import { thingsOf } from "./things.ts";
import { Verification } from "./verification/verification.ts";

/** One connector as the stack's outputs show it. */
export interface ConnectorOutput {
  readonly url: string;
  readonly serverId: string;
  readonly transport: string;
  readonly hostPort?: number;
}

/** The whole gateway: data flows from the model through the components to these outputs. */
export class Gateway extends pulumi.ComponentResource {
  /** What was otherwise than it was applied before, and what follows. */
  readonly drift: DriftPlan;
  readonly gatewayUrl: string;
  readonly masterKey: pulumi.Output<string>;
  /** What LiteLLM's admin routes ask for besides the master key; secret. */
  readonly adminSecret: pulumi.Output<string>;
  readonly virtualKeys: pulumi.Output<Record<string, string>>;
  readonly connectors: Readonly<Record<string, ConnectorOutput>>;
  readonly accessMatrix: AccessMatrix;
  /** Where LiteLLM's data is, and what `destroy` does with it. */
  readonly data: pulumi.Output<string>;
  readonly verification: pulumi.Output<string>;
  readonly verificationPlan: pulumi.Output<string>;

  constructor(
    name: string,
    model: GatewayModel,
    look: Look,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:index:Gateway", name, {}, opts);
    const child = { parent: this };
    this.drift = driftPlan(look, thingsOf(name, model));

    const networks = new Networks(
      `${name}-networks`,
      {
        network: model.network,
        subnets: model.subnets,
        connectors: model.connectors.flatMap(({ id, container }) =>
          container === undefined ? [] : [{ id, open: container.egress.mode === "open" }],
        ),
        external: Object.keys(model.externalNetworks),
      },
      child,
    );
    const fingerprintKey = new random.RandomPassword(
      `${name}-fingerprint-key`,
      { length: 32, special: false },
      child,
    ).result;
    const platform: Platform = {
      host: { dockerHost: model.dockerHost, directories: model.directories },
      names: { prefix: model.namePrefix, externalNetworks: model.externalNetworks },
      networks,
      images: new Images(`${name}-images`, child),
      drift: this.drift,
      fingerprint: (content) =>
        pulumi.unsecret(
          pulumi
            .all([fingerprintKey, content])
            .apply(([key, text]) =>
              createHmac("sha256", key).update(text).digest("hex").slice(0, 16),
            ),
        ),
    };

    const postgres = litellmDatabase(`${name}-postgres`, platform, model, child);
    const database = databaseAccess(model).container;
    const kept = (id: string, rotation: string) =>
      keptSecret(
        `${name}-${id}`,
        {
          platform,
          database,
          id,
          prefix: "sk-",
          rotation,
          overlapSeconds: 0,
          databaseReady: postgres.ready.command,
        },
        child,
      ).value;
    this.adminSecret = new random.RandomPassword(
      `${name}-admin-secret`,
      { length: 40, special: false },
      child,
    ).result;
    this.masterKey = kept("master-key", model.proxy.masterKeyRotation);
    const connectors = deployedConnectors(name, platform, model, child);
    const relaySecret = new random.RandomPassword(
      `${name}-relay-secret`,
      { length: 48, special: false },
      child,
    ).result;
    const relay = new Relay(
      `${name}-relay`,
      platform,
      {
        secret: relaySecret,
        connectors: model.connectors,
        haproxy: model.edge,
        network: model.network,
        privateRoots: model.proxy.privateRoots,
      },
      child,
    );
    const mock = new MockModel(`${name}-mock-model`, platform, model.mockModel, child);
    const keys = model.keys.map(
      (key) =>
        new VirtualKey(
          `${name}-key-${key.name}`,
          platform,
          { key, connectors: model.connectors, database, databaseReady: postgres.ready.command },
          child,
        ),
    );
    const keptKeys = pulumi
      .all(keys.map((key) => key.kept))
      .apply((kept) => Object.fromEntries(model.keys.map((key, at) => [key.name, kept[at]])))
      .apply((kept) => kept as Readonly<Record<string, KeptValue>>);
    const proxy = new LitellmProxy(
      `${name}-proxy`,
      platform,
      {
        model,
        masterKey: this.masterKey,
        saltKey: checkedSalt(
          `${name}-salt-key-check`,
          platform,
          { database, salt: kept("salt-key", "1"), databaseSetUp: postgres.setUp },
          child,
        ),
        databaseUrl: postgres.litellmUri,
        adminSecret: this.adminSecret,
        relaySecret,
        policy: pulumi
          .all([this.masterKey, keptKeys])
          .apply(([masterKey, kept]) =>
            guardPolicy(guardRows(model, masterKey, kept), locksOf(model)),
          ),
      },
      child,
    );
    const ready = (id: string, containers: readonly docker.Container[]) =>
      readyCommand(`${name}-${id}`, { platform, containers, seconds: 120 }, child);
    const others = ready("ready", [
      relay.container,
      mock.container,
      ...connectors.flatMap((one) => one.containers),
    ]);
    const active = keys.map((key) => key.grant(proxy.running));
    const keyNames = model.keys.map((key) => key.name);
    const named = (values: pulumi.Output<string>[]) =>
      Object.fromEntries(keyNames.flatMap((key, at) => (values[at] ? [[key, values[at]]] : [])));
    const edge = new Edge(
      `${name}-edge`,
      platform,
      {
        model,
        keys: keptKeys.apply((kept) => edgeKeys(model, kept)),
        upstream: provedProxy(
          `${name}-candidate`,
          platform,
          {
            model,
            proxy: proxy.running,
            keys: named(active),
            others: [others.command, ...relay.links],
          },
          child,
        ),
      },
      child,
    );
    const edgeReady = ready("edge-ready", [edge.container]);
    const purged = keyPurge(
      `${name}-key-purge`,
      platform,
      { names: model.keys.map((key) => key.name), database, proxy: proxy.running },
      child,
    );
    const verification = new Verification(
      `${name}-verification`,
      platform,
      {
        model,
        keys: named(active),
        proxy: proxy.running.container,
        deployment: [
          postgres.ready.ids,
          proxy.ready.ids,
          others.ids,
          edgeReady.ids,
          relay.version,
          edge.version,
        ],
        purged: purged.stdout,
        after: [purged, ...relay.links],
      },
      child,
    );

    this.gatewayUrl = model.gateway.url;
    this.virtualKeys = pulumi.secret(pulumi.all(named(keys.map((key) => key.value))));
    this.connectors = Object.fromEntries(
      model.connectors.map((connector) => [
        connector.alias,
        {
          url: connector.url,
          serverId: connector.serverId,
          transport: connector.transport,
          ...(connector.open === undefined ? {} : { hostPort: connector.open.hostPort }),
        },
      ]),
    );
    this.accessMatrix = accessMatrix(model);
    this.data = postgres.place.apply((place) => dataSummary(model, place));
    this.verification = verification.report;
    this.verificationPlan = verification.plan;
    this.registerOutputs({ gatewayUrl: this.gatewayUrl });
  }
}
