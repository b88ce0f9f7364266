export interface KeyModel {
  readonly name: string;
  /** Connector id → its tools, both sorted, groups included: explicit, never "*". */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  readonly owner?: string;
  readonly purpose?: string;
  /** Unix seconds. */
  readonly expires?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly budget?: { readonly usd: number; readonly per: string };
  readonly models: readonly string[];
  readonly rotation: string;
  readonly overlapHours: number;
}
