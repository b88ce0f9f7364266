import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { mounted, proxy } from "../../config/common/names.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import { gatewayContainer, noNames } from "../containers/container.ts";
import type { Platform } from "../containers/platform.ts";
import { type Ready, readyCommand, readyThing } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import {
  type HostFile,
  configFiles,
  configFilesThing,
  filesThing,
  liveFile,
  secretFile,
} from "../host/files.ts";
import { litellmConfig } from "./config-file.ts";
import { proxyEgressOf, proxyEgressThings } from "./egress.ts";
import { limitsText } from "./limits.ts";
import { rootFileSystemOf } from "./root-file-system.ts";
import { rootsFile } from "./roots.ts";
import { configuredSecrets, proxyEnvFile } from "./secrets.ts";

const files = join(import.meta.dirname, "../../guard");

/** What lies beside `config.yaml`: every program of guard/, and none of its tests. */
export const proxyFiles: readonly string[] = readdirSync(files)
  .filter((file) => /\.(json|py|sh)$/.test(file))
  .sort();

/** Its part of the model. */
type ProxyModel = Pick<GatewayModel, "connectors" | "egressProxy" | "models" | "proxy">;

export interface LitellmProxyArgs {
  readonly model: ProxyModel;
  readonly masterKey: pulumi.Input<string>;
  readonly saltKey: pulumi.Input<string>;
  readonly databaseUrl: pulumi.Input<string>;
  readonly adminSecret: pulumi.Input<string>;
  /** What the relay knows it by. */
  readonly relaySecret: pulumi.Input<string>;
  /** The guard's policy: may change without LiteLLM noticing. */
  readonly policy: pulumi.Input<string>;
}

/** A proxy's container by the name that `docker exec` takes, known once it is healthy. */
export interface RunningProxy {
  readonly container: pulumi.Output<string>;
  readonly ready: pulumi.Resource;
}

/** Below the directory of configuration, and of secrets. */
const placeIn = (directory: string): string => posix.join(directory, "proxy");

const policyIn = ({ config }: GatewayModel["directories"]): string => posix.join(config, "policy");

const filesOf = (model: ProxyModel): HostFile[] => [
  { name: "config.yaml", content: litellmConfig(model) },
  { name: "roots.json", content: rootsFile(model, model.proxy.privateRoots) },
  ...proxyFiles.map((file) => ({
    name: file,
    content: readFileSync(join(files, file), "utf8"),
    ...(file === "prisma.sh" ? { program: true as const } : {}),
  })),
];

/** What {@link LitellmProxy} applies to the Docker host. */
export function proxyThings(name: string, model: GatewayModel): Wanted[] {
  const { directories, namePrefix } = model;
  return [
    configFilesThing(`${name}-config`, placeIn(directories.config), filesOf(model)),
    filesThing(`${name}-policy`, policyIn(directories)),
    filesThing(`${name}-secrets`, placeIn(directories.secrets)),
    ...proxyEgressThings(`${name}-egress`, model),
    readyThing(`${name}-ready`, [namePrefix + proxy.host], databaseAccess(model).container),
  ];
}

/**
 * LiteLLM, unmodified, on a network without a way out: the edge is what the LAN sees. It reads its
 * servers when it starts, so another configuration is another container beside the old one.
 */
export class LitellmProxy extends pulumi.ComponentResource {
  readonly ready: Ready;
  readonly running: RunningProxy;

  constructor(
    name: string,
    platform: Platform,
    args: LitellmProxyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:litellm:LitellmProxy", name, {}, opts);
    const { model } = args;
    const { connectors, models, proxy: config } = model;
    const { directories } = platform.host;
    const child = { parent: this };
    const image = platform.images.id(config.image);
    const place = (directory: string) => ({
      platform,
      directory: placeIn(directory),
      owner: config.user,
      image,
    });
    const directory = configFiles(
      `${name}-config`,
      place(directories.config),
      filesOf(model),
      child,
    );
    const policy = liveFile(
      `${name}-policy`,
      { ...place(directories.config), directory: policyIn(directories) },
      { name: "policy.json", content: args.policy },
      child,
    );
    const secrets = pulumi
      .all([args.masterKey, args.saltKey, args.databaseUrl, args.adminSecret, args.relaySecret])
      .apply(([masterKey, saltKey, databaseUrl, adminSecret, relaySecret]) =>
        proxyEnvFile(
          { masterKey, saltKey, databaseUrl, adminSecret, relaySecret },
          models,
          connectors,
        ),
      );
    const secretsPath = secretFile(
      `${name}-secrets`,
      place(directories.secrets),
      { name: "proxy.env", content: secrets },
      child,
    );
    const egress = proxyEgressOf(`${name}-egress`, platform, model, child);
    const rootFileSystem = rootFileSystemOf(config);
    const container = gatewayContainer(
      `${name}-container`,
      {
        host: proxy.host,
        platform,
        rolling: true,
        loadsRows: true,
        image,
        user: config.user,
        memoryMb: config.memoryMb,
        cpus: config.cpus,
        entrypoints: ["/bin/sh", `${mounted.config}/entrypoint.sh`],
        command: [],
        environment: {
          // Otherwise it is fetched from a public address at every start.
          LITELLM_LOCAL_MODEL_COST_MAP: "True",
          LITELLM_LOG: config.logLevel,
          MCP_GATEWAY_LIMITS: limitsText(model),
          MCP_GATEWAY_SESSION_IDLE: String(config.sessionIdleSeconds),
          ...egress?.variables,
          ...rootFileSystem.environment,
        },
        network: platform.networks.inner,
        externalNetworks: [],
        ...noNames,
        binds: [
          { source: directory, target: mounted.config },
          { source: policy, target: mounted.policy },
          { source: secretsPath, target: mounted.secrets },
          ...connectors.flatMap((one) => (one.process === undefined ? [] : one.mounts)),
        ],
        readOnly: rootFileSystem.readOnly,
        tmpfs: rootFileSystem.tmpfs,
        healthcheck: {
          // The image has no curl. Readiness, not liveliness: it says whether the database answers.
          tests: [
            "CMD",
            "python3",
            "-c",
            `import urllib.request as u; u.urlopen("http://127.0.0.1:${proxy.port}/health/readiness", timeout=8)`,
          ],
          timeout: 10,
          retries: 3,
          startPeriod: config.startSeconds,
        },
        graceSeconds: 90,
        fingerprint: platform.fingerprint(secrets),
      },
      child,
    );
    this.ready = readyCommand(
      `${name}-ready`,
      {
        platform,
        containers: [container],
        // LiteLLM has a hundred threads, and what it starts has its own.
        pids: 1024,
        seconds: config.startSeconds,
        secrets: [
          args.masterKey,
          args.saltKey,
          args.databaseUrl,
          args.adminSecret,
          args.relaySecret,
          ...Object.values(configuredSecrets(models, connectors)),
        ],
      },
      child,
    );
    this.running = {
      container: pulumi.all([container.name, this.ready.ids]).apply(([own]) => own),
      ready: this.ready.command,
    };
    this.registerOutputs({ container: this.ready.ids });
  }
}
