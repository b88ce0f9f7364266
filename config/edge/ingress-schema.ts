import { z } from "zod";

const word = (description: string, example: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.@-]*$/)
    .meta({ description, examples: [example] });

/** What stands in front of the edge; nothing unless it is named here. */
export const ingress = z
  .strictObject({
    traefik: z
      .strictObject({
        host: z
          .string()
          .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/)
          .default("litellm.linuxserver.lan")
          .meta({ description: "the host name that Traefik routes to the gateway" }),
        network: z
          .string()
          .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/)
          .default("traefik-proxy")
          .meta({ description: "the existing Docker network that Traefik is on" }),
        entryPoints: z
          .array(word("an entry point of Traefik's", "websecure"))
          .min(1)
          .default(["websecure"])
          .meta({ description: "Traefik's entry points, at least one" }),
        tls: z
          .boolean()
          .default(true)
          .meta({ description: "false for an entry point without TLS" }),
        certResolver: word("a certificate resolver of Traefik's", "letsencrypt").optional(),
        middlewares: z
          .array(word("a middleware that is there, with its provider", "keycloak@file"))
          .default([])
          .meta({
            description: "existing middlewares that each request passes, such as an OAuth proxy",
          }),
      })
      .optional()
      .meta({
        description: "labels for Traefik's Docker provider on the edge; {} takes every default",
      }),
  })
  .prefault({});

export type IngressConfig = z.output<typeof ingress>;
