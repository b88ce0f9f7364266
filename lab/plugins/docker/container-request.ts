/** Turns a container's inputs into the request that creates it. */
import { parseDuration } from "../schema/duration.ts";
import type { ContainerInputs, Healthcheck, Mount, Port } from "./container-types.ts";
import { toLabelMap } from "./labels.ts";

const MEBIBYTE = 1024 * 1024;

/** The body of `POST /containers/create`. */
export function createRequest(inputs: ContainerInputs): Record<string, unknown> {
  if (inputs.command?.includes("") === true) throw new Error("values for command may not be empty");
  if (inputs.attach || inputs.logs) {
    const reason = "this stand-in does not implement it; use the official plugin";
    throw new Error(`${inputs.attach ? "attach" : "logs"}: true: ${reason}`);
  }
  return {
    Image: inputs.image,
    Hostname: inputs.hostname,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    Env: distinct(inputs.envs),
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    User: inputs.user,
    ExposedPorts: Object.fromEntries((inputs.ports ?? []).map((port) => [portKey(port), {}])),
    WorkingDir: inputs.workingDir,
    Labels: toLabelMap(inputs.labels as never),
    Healthcheck: inputs.healthcheck && healthcheckRequest(inputs.healthcheck),
    HostConfig: hostConfig(inputs),
  };
}

function hostConfig(inputs: ContainerInputs): Record<string, unknown> {
  return {
    RestartPolicy: restartPolicy(inputs),
    Mounts: inputs.mounts?.map(mountRequest),
    AutoRemove: inputs.rm,
    ReadonlyRootfs: inputs.readOnly,
    LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts },
    Tmpfs: inputs.tmpfs,
    PortBindings: portBindings(inputs.ports ?? []),
    ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
    Ulimits: inputs.ulimits?.map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    CapAdd: distinct(inputs.capabilities?.adds),
    CapDrop: distinct(inputs.capabilities?.drops),
    Dns: distinct(inputs.dns),
    DnsOptions: distinct(inputs.dnsOpts),
    SecurityOpt: distinct(inputs.securityOpts),
    ...memoryLimits(inputs),
    ShmSize: inputs.shmSize === undefined ? undefined : inputs.shmSize * MEBIBYTE,
    ...cpuLimits(inputs),
    CpuShares: inputs.cpuShares,
    NetworkMode: inputs.networkMode,
    Sysctls: inputs.sysctls,
    GroupAdd: distinct(inputs.groupAdds),
    // Always sent, so that the daemon's own default for `init` never applies.
    Init: inputs.init ?? false,
  };
}

/** The body of `POST /containers/<id>/update`: all that the daemon can change on the fly. */
export function updateRequest(inputs: ContainerInputs): Record<string, unknown> {
  return {
    RestartPolicy: restartPolicy(inputs),
    CpuShares: inputs.cpuShares ?? 0,
    ...memoryLimits(inputs),
  };
}

function restartPolicy({ restart, maxRetryCount }: ContainerInputs): Record<string, unknown> {
  return { Name: restart, MaximumRetryCount: maxRetryCount ?? 0 };
}

function memoryLimits(inputs: ContainerInputs): Record<string, number> {
  const swap = inputs.memorySwap ?? 0;
  return {
    Memory: (inputs.memory ?? 0) * MEBIBYTE,
    MemoryReservation: inputs.memoryReservation * MEBIBYTE,
    // -1 means unlimited, so it is no number of mebibytes.
    MemorySwap: swap > 0 ? swap * MEBIBYTE : swap,
  };
}

function cpuLimits({ cpus, cpuPeriod, cpuQuota }: ContainerInputs): Record<string, unknown> {
  if (cpus === undefined) return { CpuPeriod: cpuPeriod, CpuQuota: cpuQuota };
  if (!/^\d+(\.\d{1,9})?$/.test(cpus)) throw new Error(`Error setting cpus: ${cpus} is no number`);
  return { NanoCpus: Math.round(Number(cpus) * 1e9) };
}

function healthcheckRequest(check: Healthcheck): Record<string, unknown> {
  return {
    Test: check.tests,
    Interval: parseDuration(check.interval),
    Timeout: parseDuration(check.timeout),
    StartPeriod: parseDuration(check.startPeriod),
    StartInterval: parseDuration(check.startInterval),
    Retries: check.retries,
  };
}

function mountRequest(mount: Mount): Record<string, unknown> {
  const { sizeBytes, mode } = mount.tmpfsOptions ?? {};
  return {
    Type: mount.type,
    Target: mount.target,
    Source: mount.source ?? "",
    ReadOnly: mount.readOnly ?? false,
    ...(mount.tmpfsOptions && mount.type === "tmpfs"
      ? { TmpfsOptions: { SizeBytes: sizeBytes ?? 0, Mode: mode ?? 0 } }
      : {}),
  };
}

function portKey({ internal, protocol }: Port): string {
  return `${internal}/${protocol}`;
}

function portBindings(ports: readonly Port[]): Record<string, unknown[]> {
  const bindings: Record<string, unknown[]> = {};
  for (const port of ports) {
    // Without an external port the daemon chooses one: "0".
    const binding = { HostIp: port.ip, HostPort: String(port.external ?? 0) };
    (bindings[portKey(port)] ??= []).push(binding);
  }
  return bindings;
}

/** A Terraform set has no doubles. */
function distinct(values: string[] | undefined): string[] | undefined {
  return values && [...new Set(values)];
}
