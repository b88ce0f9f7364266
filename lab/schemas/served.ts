/**
 * Which parts of the published schemas the stand-ins serve, and what the schemas leave unsaid.
 *
 * Pulumi's schema of a bridged plugin has no defaults, no sets and no patterns: those are in the
 * Terraform provider underneath (kreuzwerker/docker 4.5.0) and are repeated here, because they
 * decide what a preview shows. What is not listed under `inputs` is refused by name.
 */
import type { PropertySpec } from "../plugins/schema/schema.ts";

/** What to add to one property of the published schema. */
type Extra = Pick<
  PropertySpec,
  "default" | "set" | "pattern" | "duration" | "minimum" | "computed"
>;

export interface ServedProperties {
  readonly inputs: readonly string[];
  readonly extra?: Readonly<Record<string, Extra>>;
}

export interface ServedResource extends ServedProperties {
  readonly deleteBeforeReplace?: true;
  readonly autoname?: true;
}

export interface ServedPackage {
  readonly flavour: "bridged" | "native";
  readonly config: readonly string[];
  readonly resources: Readonly<Record<string, ServedResource>>;
  readonly functions: readonly string[];
  readonly types: Readonly<Record<string, ServedProperties>>;
}

const COMMAND_INPUTS = [
  "addPreviousOutputInEnv",
  "create",
  "delete",
  "environment",
  "logging",
  "stdin",
  "triggers",
  "update",
];

const command: ServedPackage = {
  flavour: "native",
  config: [],
  resources: {
    "command:local:Command": { inputs: [...COMMAND_INPUTS, "dir", "interpreter"] },
    "command:remote:Command": { inputs: [...COMMAND_INPUTS, "connection"] },
  },
  functions: [],
  types: {
    "command:remote:Connection": {
      inputs: [
        "agentSocketPath",
        "dialErrorLimit",
        "host",
        "hostKey",
        "password",
        "perDialTimeout",
        "port",
        "privateKey",
        "privateKeyPassword",
        "user",
      ],
    },
  },
};

const LABELS_ARE_A_SET = { labels: { set: true } } as const;
const ZERO_SPAN = { default: "0s", duration: true } as const;
const NOT_NEGATIVE = { minimum: 0 } as const;
const PAIR = { inputs: ["label", "value"] };

const docker: ServedPackage = {
  flavour: "bridged",
  config: ["disableDockerDaemonCheck", "host", "sshOpts"],
  resources: {
    "docker:index/container:Container": {
      deleteBeforeReplace: true,
      autoname: true,
      inputs: [
        "attach",
        "capabilities",
        "command",
        "cpuPeriod",
        "cpuQuota",
        "cpuShares",
        "cpus",
        "destroyGraceSeconds",
        "dns",
        "dnsOpts",
        "entrypoints",
        "envs",
        "groupAdds",
        "healthcheck",
        "hostname",
        "hosts",
        "image",
        "init",
        "ipcMode",
        "labels",
        "logDriver",
        "logOpts",
        "logs",
        "maxRetryCount",
        "memory",
        "memoryReservation",
        "memorySwap",
        "mounts",
        "mustRun",
        "name",
        "networkMode",
        "networksAdvanced",
        "pidMode",
        "ports",
        "readOnly",
        "removeVolumes",
        "restart",
        "rm",
        "securityOpts",
        "shmSize",
        "start",
        "stopSignal",
        "stopTimeout",
        "sysctls",
        "tmpfs",
        "ulimits",
        "uploads",
        "user",
        "wait",
        "waitTimeout",
        "workingDir",
      ],
      extra: {
        ...LABELS_ARE_A_SET,
        attach: { default: false },
        cpuPeriod: NOT_NEGATIVE,
        cpuQuota: NOT_NEGATIVE,
        cpuShares: NOT_NEGATIVE,
        dns: { set: true },
        dnsOpts: { set: true },
        envs: { set: true },
        groupAdds: { set: true },
        hosts: { set: true },
        // Anything else would share processes or memory with another container or the host.
        ipcMode: { pattern: "^$" },
        logs: { default: false },
        memory: NOT_NEGATIVE,
        memoryReservation: { default: 0, minimum: 0 },
        memorySwap: { minimum: -1 },
        mounts: { set: true },
        mustRun: { default: true },
        networkMode: { default: "bridge" },
        networksAdvanced: { set: true },
        pidMode: { pattern: "^$" },
        // A list, but compared by Terraform without regard to its order.
        ports: { set: true },
        readOnly: { default: false },
        removeVolumes: { default: true },
        restart: { default: "no", pattern: "^(no|on-failure|always|unless-stopped)$" },
        rm: { default: false },
        securityOpts: { set: true },
        shmSize: NOT_NEGATIVE,
        start: { default: true },
        ulimits: { set: true },
        uploads: { set: true },
        // Not computed in Terraform, but leaving them out is no change there either.
        user: { computed: true },
        wait: { default: false },
        waitTimeout: { default: 60 },
        workingDir: { computed: true },
      },
    },
    "docker:index/network:Network": {
      autoname: true,
      inputs: [
        "attachable",
        "driver",
        "internal",
        "ipamConfigs",
        "ipv6",
        "labels",
        "name",
        "options",
      ],
      extra: { ...LABELS_ARE_A_SET, ipamConfigs: { set: true } },
    },
    "docker:index/remoteImage:RemoteImage": {
      inputs: ["forceRemove", "keepLocally", "name", "platform", "pullTriggers", "triggers"],
      extra: { pullTriggers: { set: true } },
    },
    "docker:index/volume:Volume": {
      autoname: true,
      inputs: ["driver", "driverOpts", "labels", "name"],
      extra: LABELS_ARE_A_SET,
    },
  },
  functions: ["docker:index/getNetwork:getNetwork"],
  types: {
    "docker:index/ContainerCapabilities:ContainerCapabilities": {
      inputs: ["adds", "drops"],
      extra: { adds: { set: true }, drops: { set: true } },
    },
    "docker:index/ContainerHealthcheck:ContainerHealthcheck": {
      inputs: ["interval", "retries", "startInterval", "startPeriod", "tests", "timeout"],
      extra: {
        interval: ZERO_SPAN,
        retries: { default: 0, minimum: 0 },
        startInterval: ZERO_SPAN,
        startPeriod: ZERO_SPAN,
        timeout: ZERO_SPAN,
      },
    },
    "docker:index/ContainerHost:ContainerHost": { inputs: ["host", "ip"] },
    "docker:index/ContainerLabel:ContainerLabel": PAIR,
    "docker:index/ContainerMount:ContainerMount": {
      inputs: ["readOnly", "source", "target", "tmpfsOptions", "type"],
      extra: { type: { pattern: "^(bind|volume|tmpfs)$" } },
    },
    "docker:index/ContainerMountTmpfsOptions:ContainerMountTmpfsOptions": {
      inputs: ["mode", "sizeBytes"],
    },
    "docker:index/ContainerNetworksAdvanced:ContainerNetworksAdvanced": {
      inputs: ["aliases", "ipv4Address", "name"],
      extra: { aliases: { set: true } },
    },
    "docker:index/ContainerPort:ContainerPort": {
      inputs: ["external", "internal", "ip", "protocol"],
      extra: {
        ip: { default: "0.0.0.0" },
        protocol: { default: "tcp" },
        external: { computed: true },
      },
    },
    "docker:index/ContainerUlimit:ContainerUlimit": { inputs: ["hard", "name", "soft"] },
    "docker:index/ContainerUpload:ContainerUpload": {
      inputs: ["content", "contentBase64", "executable", "file", "permissions"],
      extra: { executable: { default: false }, permissions: { pattern: "^0[0-7]{3}$" } },
    },
    "docker:index/NetworkIpamConfig:NetworkIpamConfig": {
      inputs: ["gateway", "ipRange", "subnet"],
    },
    "docker:index/NetworkLabel:NetworkLabel": PAIR,
    "docker:index/VolumeLabel:VolumeLabel": PAIR,
  },
};

export const SERVED: Readonly<Record<"command" | "docker", ServedPackage>> = { command, docker };
