import { stringify } from "yaml";
import { z } from "zod";

/** The parts of `docker inspect` that a compose file needs to make the same container. */
export const inspected = z.looseObject({
  Name: z.string(),
  Image: z.string(),
  Config: z.looseObject({
    User: z.string(),
    Env: z.array(z.string()),
    Cmd: z.array(z.string()).nullable(),
    Entrypoint: z.array(z.string()).nullable(),
    Labels: z.record(z.string(), z.string()),
    Healthcheck: z.looseObject({
      Test: z.array(z.string()),
      Interval: z.number(),
      Timeout: z.number(),
      StartPeriod: z.number(),
      Retries: z.number(),
    }),
  }),
  HostConfig: z.looseObject({
    Memory: z.number(),
    ReadonlyRootfs: z.boolean(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    PortBindings: z.record(
      z.string(),
      z.array(z.looseObject({ HostIp: z.string(), HostPort: z.string() })),
    ),
  }),
  Mounts: z.array(
    z.looseObject({
      Type: z.string(),
      Name: z.string().optional(),
      Source: z.string(),
      Destination: z.string(),
    }),
  ),
});
export type Inspected = z.output<typeof inspected>;

export interface ComposeOptions {
  /** Where a bind mount's source was copied to. */
  readonly copied: (source: string) => string;
  /** DNS name of a container, and what it waits for. */
  readonly host: (name: string) => string;
  readonly waitsFor: (host: string) => readonly string[];
  /** Host file → path in the database's container, run when the volume is empty. */
  readonly databaseInit: { readonly host: string; readonly file: string };
}

const milliseconds = (nanoseconds: number): string => `${nanoseconds / 1e6}ms`;

function service(container: Inspected, options: ComposeOptions): Record<string, unknown> {
  const { Config: config, HostConfig: limits } = container;
  const host = options.host(container.Name.slice(1));
  const binds = container.Mounts.filter((mount) => mount.Type === "bind").map((mount) => ({
    type: "bind",
    source: options.copied(mount.Source),
    target: mount.Destination,
    read_only: true,
  }));
  const volumes = container.Mounts.filter((mount) => mount.Type === "volume").map((mount) => ({
    type: "volume",
    source: "data",
    target: mount.Destination,
  }));
  const init = { type: "bind", source: options.databaseInit.file, read_only: true };
  // `$` is compose's own: doubled, it reaches the container as one.
  const literal = (word: string): string => word.replaceAll("$", "$$$$");
  return {
    container_name: container.Name.slice(1),
    image: container.Image,
    ...(config.Entrypoint === null ? {} : { entrypoint: config.Entrypoint.map(literal) }),
    ...(config.Cmd === null ? {} : { command: config.Cmd.map(literal) }),
    environment: config.Env.map(literal),
    user: config.User,
    init: true,
    restart: "unless-stopped",
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    ulimits: { nofile: 16384, nproc: 4096 },
    mem_limit: limits.Memory,
    memswap_limit: limits.Memory,
    read_only: limits.ReadonlyRootfs,
    tmpfs: Object.entries(limits.Tmpfs ?? {}).map(([path, flags]) => `${path}:${flags}`),
    logging: { driver: "json-file", options: { "max-size": "20m", "max-file": "5" } },
    labels: { logging: "enabled" },
    ports: Object.entries(limits.PortBindings).flatMap(([port, bindings]) =>
      bindings.map(
        (binding) => `${binding.HostIp}:${binding.HostPort}:${port.replace("/tcp", "")}`,
      ),
    ),
    volumes: [
      ...binds,
      ...volumes,
      ...(host === options.databaseInit.host
        ? [{ ...init, target: "/docker-entrypoint-initdb.d/setup.sql" }]
        : []),
    ],
    networks: { default: { aliases: [host] } },
    healthcheck: {
      test: config.Healthcheck.Test.map(literal),
      interval: milliseconds(config.Healthcheck.Interval),
      timeout: milliseconds(config.Healthcheck.Timeout),
      start_period: milliseconds(config.Healthcheck.StartPeriod),
      retries: config.Healthcheck.Retries,
    },
    depends_on: Object.fromEntries(
      options.waitsFor(host).map((other) => [other, { condition: "service_healthy" }]),
    ),
  };
}

/** A compose file that makes the same containers, for timing it beside Pulumi. */
export function composeFile(containers: readonly Inspected[], options: ComposeOptions): string {
  return stringify({
    name: "mcp-gateway-bench",
    services: Object.fromEntries(
      containers.map((container) => [
        options.host(container.Name.slice(1)),
        service(container, options),
      ]),
    ),
    volumes: { data: {} },
  });
}
