import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { project } from "../../config/common/names.ts";
import { contentHash } from "../host/files.ts";
import { type Platform, containerName } from "./platform.ts";

/**
 * Each probe of Docker's is a new process in the container: 0.1 s of CPU on a small machine, and with
 * 50 connectors one every 5 s each would take all of it. Nothing waits for them: `wait-healthy.sh`
 * runs the same test itself, edge and relay ask their servers themselves.
 */
const probeEverySeconds = 30;

export interface Healthcheck {
  /** `CMD` and the words of a command; no line breaks in them. */
  readonly tests: readonly string[];
  /** Seconds between probes, where 30 are too many; also the wait before the first (Docker < 25). */
  readonly interval?: number;
  readonly timeout: number;
  readonly retries: number;
  /** Seconds in which failures do not count. */
  readonly startPeriod: number;
}

export interface ContainerSpec {
  /** DNS name on `network`; with the prefix in front, the container's name. */
  readonly host: string;
  /**
   * A change makes a new container beside the old one, which goes when all else is done: the name
   * has a suffix of its own then. Nothing of it may be published.
   */
  readonly rolling?: true;
  /** It may have loaded what somebody has put into LiteLLM's database: see `containerRevision`. */
  readonly loadsRows?: true;
  readonly platform: Platform;
  /** The image's id, never its name: a name makes Docker replace the container at random. */
  readonly image: pulumi.Input<string>;
  readonly user: string;
  readonly memoryMb: number;
  /** How many CPUs it may use at most, where one that runs wild would leave the others none. */
  readonly cpus?: number;
  readonly entrypoints?: readonly string[];
  readonly command: readonly string[];
  /** Plain environment: `docker inspect` shows it. */
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** The only one on which `host` is a name. */
  readonly network: pulumi.Input<string>;
  readonly externalNetworks: readonly pulumi.Input<string>[];
  readonly ports?: readonly { internal: number; external: number; ip: string }[];
  /** Host path → path inside, read-only unless it says otherwise. */
  readonly binds?: readonly {
    source: pulumi.Input<string>;
    target: string;
    writable?: boolean;
  }[];
  readonly volumes?: readonly { volume: pulumi.Input<string>; target: string }[];
  /** Exceptions: all others are dropped. */
  readonly capabilities?: readonly string[];
  /** Name servers for what Docker itself does not know. */
  readonly dns?: readonly string[];
  /** Options of its resolv.conf. */
  readonly dnsOptions?: readonly string[];
  readonly readOnly: boolean;
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly healthcheck: Healthcheck;
  /** Seconds to finish what is under way; unset, the provider kills at once. */
  readonly graceSeconds: number;
  /** More labels, for other programs on the Docker host. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What the container reads at start besides its inputs: a change replaces it. */
  readonly fingerprint?: pulumi.Input<string>;
}

/**
 * For a container without a way out: Docker's own name server would carry its questions there all
 * the same. Look-ups fail at once; without the options a second attempt would take 20 s.
 */
export const noNames = {
  dns: ["127.0.0.1"],
  dnsOptions: ["attempts:1", "timeout:1"],
} as const;

/**
 * Container inputs that pulumi-docker calls an update but never carries out
 * (kreuzwerker/terraform-provider-docker#988): replaced instead.
 */
const silentlyIgnored = ["healthcheck", "tmpfs", "init", "cpuPeriod", "cpuQuota"];

/** Microseconds in which a container gets its part of the CPUs: the kernel's own default. */
const cpuPeriod = 100_000;

/** Seconds as Go prints a duration: the provider reads "120s" back as "2m0s", a change for ever. */
export function goDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

/** A hardened container: every service of the gateway is made by this and nothing else. */
export function gatewayContainer(
  name: string,
  spec: ContainerSpec,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const fullName = containerName(spec.platform, spec.host);
  const labels = {
    "com.docker.compose.project": project,
    logging: "enabled",
    ...spec.labels,
    // Tells this gateway's containers from another's.
    "mcp-gateway.files": spec.platform.host.directories.config,
    "mcp-gateway.word": spec.platform.drift.container(fullName, spec.loadsRows),
    ...(spec.fingerprint === undefined ? {} : { "mcp-gateway.fingerprint": spec.fingerprint }),
  };
  const environment = Object.entries(spec.environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return new docker.Container(
    name,
    {
      name: spec.rolling === true ? rollingName(name, spec, labels, opts) : fullName,
      image: spec.image,
      user: spec.user,
      ...(spec.entrypoints === undefined ? {} : { entrypoints: [...spec.entrypoints] }),
      command: [...spec.command],
      envs: environment.map(([variable, value]) => pulumi.interpolate`${variable}=${value}`),
      networkMode: "bridge",
      networksAdvanced: [
        { name: spec.network, aliases: [spec.host] },
        // Two gateways may share one of these: there a container has its own name only.
        ...spec.externalNetworks.map((network) => ({ name: network })),
      ],
      ports: (spec.ports ?? []).map((port) => ({ ...port, protocol: "tcp" })),
      mounts: [
        ...(spec.binds ?? []).map(({ source, target, writable }) => ({
          type: "bind",
          source,
          target,
          readOnly: writable !== true,
        })),
        ...(spec.volumes ?? []).map(({ volume, target }) => ({
          type: "volume",
          source: volume,
          target,
        })),
      ],
      readOnly: spec.readOnly,
      tmpfs: { ...spec.tmpfs },
      healthcheck: {
        tests: [...spec.healthcheck.tests],
        interval: goDuration(spec.healthcheck.interval ?? probeEverySeconds),
        timeout: goDuration(spec.healthcheck.timeout),
        retries: spec.healthcheck.retries,
        startPeriod: goDuration(spec.healthcheck.startPeriod),
      },
      // Health is waited for by the readiness commands, which can show the container's log.
      wait: false,
      restart: "unless-stopped",
      destroyGraceSeconds: spec.graceSeconds,
      stopTimeout: spec.graceSeconds,
      memory: spec.memoryMb,
      memorySwap: spec.memoryMb,
      // Not `cpus`: Docker refuses more than the host has, and the provider reads 10 back as "10.".
      ...(spec.cpus === undefined
        ? {}
        : { cpuPeriod, cpuQuota: Math.round(spec.cpus * cpuPeriod) }),
      capabilities: {
        drops: ["ALL"],
        ...((spec.capabilities ?? []).length === 0
          ? {}
          : { adds: [...(spec.capabilities ?? [])].sort() }),
      },
      ...(spec.dns === undefined ? {} : { dns: [...spec.dns] }),
      ...(spec.dnsOptions === undefined ? {} : { dnsOpts: [...spec.dnsOptions] }),
      securityOpts: ["no-new-privileges:true"],
      init: true,
      // RLIMIT_NPROC counts all processes of the uid; the readiness commands limit the container's own.
      ulimits: [
        { name: "nofile", soft: 16384, hard: 16384 },
        { name: "nproc", soft: 4096, hard: 4096 },
      ],
      logDriver: "json-file",
      logOpts: { "max-size": "20m", "max-file": "5" },
      labels: Object.entries(labels)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => ({ label, value })),
    },
    pulumi.mergeOptions(
      { deleteBeforeReplace: spec.rolling !== true, replaceOnChanges: silentlyIgnored },
      opts,
    ),
  );
}

/**
 * Another name for every other container. Random and not the content's hash alone: a change that
 * is taken back meets the container of the first time, if that could not be removed yet.
 */
function rollingName(
  name: string,
  spec: ContainerSpec,
  labels: Readonly<Record<string, pulumi.Input<string>>>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { platform, ...inputs } = spec;
  const content = pulumi
    .output({ ...inputs, labels })
    .apply((known) => contentHash([{ name: spec.host, content: JSON.stringify(known) }]));
  const { result } = new random.RandomString(
    `${name}-suffix`,
    { length: 6, special: false, upper: false, keepers: { content } },
    opts,
  );
  return pulumi.interpolate`${containerName(platform, spec.host)}-${result}`;
}
