/** Where the Docker engine is, and how files and commands get to its machine. */
export type DockerHost = { readonly kind: "local"; readonly url: string } | SshHost;

export interface SshHost {
  readonly kind: "ssh";
  readonly url: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** How this machine and an SSH host know each other; no resource's input, so free to change. */
export interface SshTrust {
  /** Type and key, as in a `.pub` file. */
  readonly hostKey: string;
  /** Unset: the agent, or ssh's own default keys. */
  readonly privateKeyFile?: string;
}
