import { z } from "zod";
import { imageReference, memoryMb, port, userIds } from "../common/values-schema.ts";

/** What a Host header says, without a port. */
const hostHeader = z
  .string()
  .regex(/^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/)
  .meta({
    description: "a host name, an IPv4 address or an IPv6 address in brackets, without a port",
    examples: ["gateway.lan"],
  });

const cidr = z.union([z.cidrv4(), z.cidrv6()]);

const network = z
  .string()
  .refine((text) => cidr.safeParse(text).success)
  .meta({ description: "a network as address/bits", examples: ["192.168.1.0/24"] });

const perMinute = (what: string) =>
  z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .meta({ description: what, examples: [600] });

const limits = z
  .strictObject({
    requestsPerMinute: perMinute(
      "requests of one key in a minute, unless the key has its own number; at least 1",
    ).default(600),
    requestsPerMinutePerAddress: perMinute(
      "requests from one address in a minute; at least 1",
    ).default(1200),
    failuresPerMinute: perMinute(
      "requests without a known key from one address in a minute; at least 1",
    ).default(60),
    connectionsPerAddress: z.number().int().min(1).max(2000).default(256).meta({
      description: "open connections from one address, 1 to 2000",
    }),
  })
  .prefault({});

/** What the edge lets in: the part of `edge` that a reload changes. */
export const edgeRules = {
  hosts: z
    .array(hostHeader)
    .default([])
    .meta({
      description:
        "names besides gateway.host, localhost, 127.0.0.1 and [::1] by which clients call the gateway",
      examples: [["192.168.1.10"]],
    }),
  sources: z
    .array(network)
    .min(1)
    .default([
      "127.0.0.0/8",
      "::1/128",
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "fc00::/7",
      "fe80::/10",
    ])
    .meta({
      description: "networks whose addresses may use the gateway, at least one",
      examples: [["192.168.1.0/24"]],
    }),
  trustedProxies: z
    .array(network)
    .default([])
    .meta({
      description:
        "addresses of reverse proxies in front of the edge, whose X-Forwarded-For is believed",
      examples: [["172.20.0.2/32"]],
    }),
  limits,
  maxBodyMb: z.number().int().min(1).max(1024).default(8).meta({
    description: "the largest request in megabytes, 1 to 1024",
  }),
} as const;

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
  .meta({ description: "a host name or an IPv4 address", examples: ["linuxserver.lan"] });

export const gateway = z
  .strictObject({
    host: hostName.default("127.0.0.1"),
    port: port.default(4000),
    adminPort: port.optional().meta({
      description:
        "every route of LiteLLM, its UI too, on the Docker host's own 127.0.0.1; closed if left out",
      examples: [4001],
    }),
    bind: z
      .ipv4()
      .default("127.0.0.1")
      .meta({
        description: "the Docker host's address to listen on; 0.0.0.0 for the whole LAN",
        examples: ["0.0.0.0"],
      }),
  })
  .prefault({});

export const edge = z
  .strictObject({
    image: imageReference.default("haproxy:3.0-alpine"),
    user: userIds.default("99:99").meta({ description: "uid:gid of haproxy in the image" }),
    memoryMb: memoryMb.default(128),
    ...edgeRules,
  })
  .prefault({});

export type GatewayConfig = z.output<typeof gateway>;
export type EdgeConfig = z.output<typeof edge>;
