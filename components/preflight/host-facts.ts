/** An image that neither the host nor its registry has. */
export interface MissingImage {
  readonly image: string;
  readonly reason: string;
}

export interface HostFacts {
  readonly engine: "answers" | "no-docker" | "no-engine" | "denied";
  /** The error, or the user who may not use the engine. */
  readonly detail: string;
  readonly containers: readonly {
    readonly name: string;
    /** The label that tells whose it is: a gateway's `directories.config`, or nothing. */
    readonly files: string;
    /** As `docker ps` prints them: `127.0.0.1:4000->4000/tcp, ...`. */
    readonly ports: string;
  }[];
  readonly networks: readonly string[];
  /** The same, with the compose project that each is labelled with, or nothing. */
  readonly ownedNetworks: readonly { readonly name: string; readonly project: string }[];
  /** IPv4 addresses of every Docker network, as address/bits. */
  readonly subnets: readonly { readonly name: string; readonly subnet: string }[];
  /** IPv4 routes but the default one: where to, and by which interface. */
  readonly routes: readonly { readonly to: string; readonly by: string }[];
  /** The data volume, if it is there. */
  readonly volumes: readonly { readonly name: string; readonly project: string }[];
  /** Containers that mount it. */
  readonly volumeUsers: readonly { readonly name: string; readonly files: string }[];
  readonly listening: readonly { readonly address: string; readonly process: string }[];
  readonly missingImages: readonly MissingImage[];
  /** Not on the host; their registry has them, or has not answered yet. */
  readonly toPull: readonly string[];
  /** Unix seconds; 0 if unknown, as all numbers here. */
  readonly clock: number;
  readonly user: string;
  /** As `uname -m` says it. */
  readonly architecture: string;
  readonly engineVersion: string;
  readonly memoryMb: number;
  readonly memoryFreeMb: number;
  readonly disks: readonly {
    readonly what: "config" | "secrets" | "docker";
    readonly path: string;
    readonly freeMb: number;
  }[];
  readonly directories: readonly {
    readonly what: "config" | "secrets";
    readonly path: string;
    /** `path`, or the nearest directory above it that is there; `mode` (octal) is its mode. */
    readonly there: string;
    readonly mode: string;
    readonly mayWrite: boolean;
  }[];
  /** Path → what it is once symbolic links are followed; empty if it is not there. */
  readonly paths: Readonly<Record<string, string>>;
}

/** The lines of `preflight.sh` as facts. */
export function parseFacts(text: string): HostFacts {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const of = (kind: string): string[][] =>
    lines.filter((line) => line[0] === kind).map((line) => line.slice(1));
  const first = (kind: string): string[] => of(kind)[0] ?? [];
  const memory = (what: string): number =>
    Number(of("memory").find(([name]) => name === `Mem${what}:`)?.[1] ?? 0);
  const owned = (kind: string) => of(kind).map(([name = "", project = ""]) => ({ name, project }));
  const bad = (["no-docker", "no-engine", "denied"] as const).find((kind) => of(kind).length > 0);
  return {
    engine: bad ?? "answers",
    detail: bad === undefined ? "" : (of(bad)[0]?.[0] ?? ""),
    containers: of("container").map(([name = "", files = "", ports = ""]) => ({
      name,
      files,
      ports,
    })),
    networks: of("network").map(([name = ""]) => name),
    listening: of("listening").map(([address = "", process = ""]) => ({ address, process })),
    missingImages: of("no-image").map(([image = "", reason = ""]) => ({ image, reason })),
    ownedNetworks: owned("network"),
    subnets: of("subnet").flatMap(([name = "", list = ""]) =>
      list
        .split(" ")
        .filter((subnet) => subnet.includes("."))
        .map((subnet) => ({ name, subnet })),
    ),
    routes: of("route").map(([to = "", by = ""]) => ({ to, by })),
    volumes: owned("volume"),
    volumeUsers: of("user").map(([name = "", files = ""]) => ({ name, files })),
    toPull: of("pull").map(([image = ""]) => image),
    clock: Number(first("clock")[0] ?? 0),
    architecture: first("machine")[0] ?? "",
    user: first("machine")[1] ?? "",
    engineVersion: first("engine")[0] ?? "",
    memoryMb: memory("Total"),
    memoryFreeMb: memory("Available"),
    disks: of("disk").map(([what = "", path = "", free = ""]) => ({
      what: what as "docker",
      path,
      freeMb: Number(free),
    })),
    directories: of("directory").map(([what = "", path = "", there = "", mode = "", may = ""]) => ({
      what: what as "config",
      path,
      there,
      mode,
      mayWrite: may === "yes",
    })),
    paths: Object.fromEntries(of("path").map(([path = "", real = ""]) => [path, real])),
  };
}
