export interface TraefikIngress {
  readonly host: string;
  readonly network: string;
  readonly entryPoints: readonly string[];
  readonly tls: boolean;
  readonly certResolver?: string;
  readonly middlewares: readonly string[];
}
