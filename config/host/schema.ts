import { z } from "zod";

const directory = z
  .string()
  .regex(/^[A-Za-z0-9._/-]+$/)
  .meta({
    description: "a directory on the Docker host; relative to the checkout only on this machine",
    examples: ["/home/administrator/projects/mcp/gateway/config"],
  });

export const exampleDockerHost = "ssh://administrator@linuxserver.lan";

export const dockerHost = z
  .string()
  .regex(/^(unix:\/\/\/[A-Za-z0-9._/-]+|ssh:\/\/[A-Za-z0-9._-]+@[A-Za-z0-9.-]+(:\d{1,5})?)$/)
  .meta({
    description: "unix:///path/to/docker.sock or ssh://user@host[:port]",
    examples: [exampleDockerHost],
  });

export const ssh = z.strictObject({
  hostKey: z
    .string()
    .regex(/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+$/)
    .meta({
      description: "the host's public key as `ssh-keyscan` prints it, without the host name",
      examples: ["ssh-ed25519 AAAA..."],
    }),
  privateKeyFile: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: "a private key on this machine; without it the SSH agent is asked",
      examples: ["~/.ssh/id_ed25519"],
    }),
});

export const directories = z
  .strictObject({
    config: directory.default(".gateway/config"),
    secrets: directory.default(".gateway/secrets"),
  })
  .prefault({});

export type SshConfig = z.output<typeof ssh>;
export type DirectoriesConfig = z.output<typeof directories>;
