/**
 * Reads a container's state back from the daemon, property by property as the official plugin does.
 *
 * What it reads it compares with the inputs at the next preview, so its habits are part of the
 * contract: spans are printed Go's way (`60s` becomes `1m0s`), `cpus: "1"` becomes `"1.0"`, and a
 * memory limit without `memorySwap` comes back with a swap limit of twice its size. Each of them is
 * a change that no `up` can make go away. Environment, labels, networks and uploads are not read.
 */
import type { Json, Plain } from "../rpc/values.ts";
import { formatDuration } from "../schema/duration.ts";
import type { Inspection } from "./container-types.ts";

const MEBIBYTE = 1024 * 1024;

/** The state after what was known before (or the inputs, just after creation) met reality. */
export function stateOf(found: Inspection, known: Plain): Plain {
  const { Config: config, HostConfig: host } = found;
  const isUp = found.State.Running;
  const isById = typeof known["image"] === "string" && known["image"].startsWith("sha256:");
  return {
    // What is filled in only when the image or the daemon says so has to exist nevertheless.
    containerLogs: "",
    exitCode: 0,
    envs: [],
    labels: [],
    stopSignal: "",
    stopTimeout: 0,
    ...known,
    name: found.Name.replace(/^\//, ""),
    image: isById ? found.Image : config.Image,
    hostname: config.Hostname,
    command: config.Cmd ?? [],
    entrypoints: config.Entrypoint ?? [],
    user: config.User,
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    ...(config.StopSignal === undefined ? {} : { stopSignal: config.StopSignal }),
    ...(config.StopTimeout === undefined ? {} : { stopTimeout: config.StopTimeout }),
    ...healthcheck(config),
    platform: found.Platform,
    runtime: host.Runtime,
    rm: host.AutoRemove,
    readOnly: host.ReadonlyRootfs,
    restart: host.RestartPolicy.Name,
    maxRetryCount: host.RestartPolicy.MaximumRetryCount,
    init: host.Init ?? false,
    ...capabilities(host),
    mounts: mounts(host),
    tmpfs: host.Tmpfs ?? {},
    hosts: (host.ExtraHosts ?? []).map((line) => {
      const [name = "", ip = ""] = line.split(":");
      return { host: name, ip };
    }),
    ...(known["ulimits"] === undefined ? {} : { ulimits: ulimits(host) }),
    dns: host.Dns ?? [],
    dnsOpts: host.DnsOptions ?? [],
    securityOpts: host.SecurityOpt ?? [],
    groupAdds: host.GroupAdd ?? [],
    sysctls: host.Sysctls ?? {},
    memory: host.Memory / MEBIBYTE,
    memoryReservation: host.MemoryReservation / MEBIBYTE,
    memorySwap: host.MemorySwap > 0 ? host.MemorySwap / MEBIBYTE : host.MemorySwap,
    shmSize: host.ShmSize / MEBIBYTE,
    ...(host.NanoCpus > 0 ? { cpus: printCpus(host.NanoCpus) } : {}),
    cpuShares: host.CpuShares,
    logDriver: host.LogConfig.Type,
    ...(known["logOpts"] === undefined ? {} : { logOpts: host.LogConfig.Config ?? {} }),
    networkMode: host.NetworkMode,
    ipcMode: host.IpcMode,
    bridge: found.NetworkSettings.Bridge ?? "",
    networkDatas: networkDatas(found),
    // A stopped container has lost its ports, so one that must run and publishes some is replaced
    // at the next `up`, not started.
    ...(known["ports"] !== undefined && (isUp || known["mustRun"] === true)
      ? { ports: ports(found) }
      : {}),
    // What tells a stopped container: the next preview sees `mustRun` change, and `up` starts it.
    ...(isUp ? {} : { exitCode: found.State.ExitCode, mustRun: false }),
  };
}

function healthcheck({ Healthcheck: check }: Inspection["Config"]): Plain {
  if (check === undefined) return {};
  return {
    healthcheck: {
      tests: check.Test ?? [],
      interval: formatDuration(check.Interval ?? 0),
      timeout: formatDuration(check.Timeout ?? 0),
      startPeriod: formatDuration(check.StartPeriod ?? 0),
      startInterval: formatDuration(check.StartInterval ?? 0),
      retries: check.Retries ?? 0,
    },
  };
}

/** Left alone when there are none, so removing all of them by hand is not seen. */
function capabilities({ CapAdd: adds, CapDrop: drops }: Inspection["HostConfig"]): Plain {
  const isEmpty = (adds ?? []).length + (drops ?? []).length === 0;
  return isEmpty ? {} : { capabilities: { adds: adds ?? [], drops: drops ?? [] } };
}

function mounts(host: Inspection["HostConfig"]): Json[] {
  return (host.Mounts ?? []).map((mount) => ({
    type: mount.Type,
    source: mount.Source ?? "",
    target: mount.Target,
    readOnly: mount.ReadOnly ?? false,
    ...(mount.TmpfsOptions === undefined
      ? {}
      : {
          tmpfsOptions: {
            sizeBytes: mount.TmpfsOptions.SizeBytes ?? 0,
            mode: mount.TmpfsOptions.Mode ?? 0,
          },
        }),
  }));
}

function ulimits(host: Inspection["HostConfig"]): Json[] {
  return (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
    name: Name,
    soft: Soft,
    hard: Hard,
  }));
}

function ports(found: Inspection): Json[] {
  const entries = Object.entries(found.NetworkSettings.Ports).sort(
    ([a], [b]) => Number.parseInt(a) - Number.parseInt(b),
  );
  return entries.flatMap(([key, bindings]) => {
    const [internal, protocol = ""] = key.split("/");
    return (bindings ?? []).map(({ HostIp: ip, HostPort: external }) => ({
      internal: Number(internal),
      external: Number(external),
      ip,
      protocol,
    }));
  });
}

function networkDatas(found: Inspection): Json[] {
  return Object.entries(found.NetworkSettings.Networks).map(([networkName, endpoint]) => ({
    networkName,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
  }));
}

/** With the official plugin's faults: `1` is printed `1.0` and `10` is printed `10.`. */
export function printCpus(nanoCpus: number): string {
  const text = (nanoCpus / 1e9).toFixed(9);
  return text.split("0").length - 1 === 9 ? (nanoCpus / 1e9).toFixed(1) : text.replace(/0+$/, "");
}
