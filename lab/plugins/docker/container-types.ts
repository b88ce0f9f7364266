/** A container's inputs as the check leaves them, and the daemon's description of one. */
import type { Label } from "./labels.ts";

export interface ContainerInputs {
  readonly name: string;
  readonly image: string;
  readonly attach: boolean;
  readonly capabilities?: { readonly adds?: string[]; readonly drops?: string[] };
  readonly command?: string[];
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly cpus?: string;
  readonly destroyGraceSeconds?: number;
  readonly dns?: string[];
  readonly dnsOpts?: string[];
  readonly entrypoints?: string[];
  readonly envs?: string[];
  readonly groupAdds?: string[];
  readonly healthcheck?: Healthcheck;
  readonly hostname?: string;
  readonly hosts?: { readonly host: string; readonly ip: string }[];
  readonly init?: boolean;
  readonly labels?: Label[];
  readonly logDriver?: string;
  readonly logOpts?: Record<string, string>;
  readonly logs: boolean;
  readonly maxRetryCount?: number;
  readonly memory?: number;
  readonly memoryReservation: number;
  readonly memorySwap?: number;
  readonly mounts?: Mount[];
  readonly mustRun: boolean;
  readonly networkMode: string;
  readonly networksAdvanced?: {
    readonly name: string;
    readonly aliases?: string[];
    readonly ipv4Address?: string;
  }[];
  readonly ports?: Port[];
  readonly readOnly: boolean;
  readonly removeVolumes: boolean;
  readonly restart: string;
  readonly rm: boolean;
  readonly securityOpts?: string[];
  readonly shmSize?: number;
  readonly start: boolean;
  readonly stopSignal?: string;
  readonly stopTimeout?: number;
  readonly sysctls?: Record<string, string>;
  readonly tmpfs?: Record<string, string>;
  readonly ulimits?: { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly uploads?: Upload[];
  readonly user?: string;
  readonly wait: boolean;
  readonly waitTimeout: number;
  readonly workingDir?: string;
}

export interface Healthcheck {
  readonly tests?: string[];
  readonly interval: string;
  readonly timeout: string;
  readonly startPeriod: string;
  readonly startInterval: string;
  readonly retries: number;
}

export interface Mount {
  readonly type: string;
  readonly target: string;
  readonly source?: string;
  readonly readOnly?: boolean;
  readonly tmpfsOptions?: { readonly sizeBytes?: number; readonly mode?: number };
}

export interface Port {
  readonly internal: number;
  readonly external?: number;
  readonly ip: string;
  readonly protocol: string;
}

export interface Upload {
  readonly file: string;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly executable: boolean;
  readonly permissions?: string;
}

/** `GET /containers/<id>/json`, the parts that are read back. */
export interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly Platform: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly Image: string;
    readonly Hostname: string;
    readonly Cmd: string[] | null;
    readonly Entrypoint: string[] | null;
    readonly User: string;
    readonly WorkingDir: string;
    readonly StopSignal?: string;
    readonly StopTimeout?: number;
    readonly Tty: boolean;
    readonly OpenStdin: boolean;
    readonly Healthcheck?: {
      readonly Test?: string[];
      readonly Interval?: number;
      readonly Timeout?: number;
      readonly StartPeriod?: number;
      readonly StartInterval?: number;
      readonly Retries?: number;
    };
  };
  readonly HostConfig: {
    readonly AutoRemove: boolean;
    readonly CapAdd: string[] | null;
    readonly CapDrop: string[] | null;
    readonly CpuShares: number;
    readonly Dns: string[] | null;
    readonly DnsOptions: string[] | null;
    readonly ExtraHosts: string[] | null;
    readonly GroupAdd: string[] | null;
    readonly Init?: boolean | null;
    readonly IpcMode: string;
    readonly LogConfig: { readonly Type: string; readonly Config: Record<string, string> | null };
    readonly Memory: number;
    readonly MemoryReservation: number;
    readonly MemorySwap: number;
    readonly Mounts?: {
      readonly Type: string;
      readonly Source?: string;
      readonly Target: string;
      readonly ReadOnly?: boolean;
      readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
    }[];
    readonly NanoCpus: number;
    readonly NetworkMode: string;
    readonly ReadonlyRootfs: boolean;
    readonly RestartPolicy: { readonly Name: string; readonly MaximumRetryCount: number };
    readonly Runtime: string;
    readonly SecurityOpt: string[] | null;
    readonly ShmSize: number;
    readonly Sysctls?: Record<string, string>;
    readonly Tmpfs?: Record<string, string>;
    readonly Ulimits:
      { readonly Name: string; readonly Soft: number; readonly Hard: number }[] | null;
  };
  readonly NetworkSettings: {
    readonly Bridge?: string;
    readonly Ports: Record<string, { readonly HostIp: string; readonly HostPort: string }[] | null>;
    readonly Networks: Record<
      string,
      {
        readonly IPAddress: string;
        readonly IPPrefixLen: number;
        readonly Gateway: string;
        readonly GlobalIPv6Address: string;
        readonly GlobalIPv6PrefixLen: number;
        readonly IPv6Gateway: string;
        readonly MacAddress: string;
      }
    >;
  };
}
