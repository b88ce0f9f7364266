/** Labels, which are a list of pairs to Pulumi and an object to the daemon. */
import type { Json } from "../rpc/values.ts";

export interface Label {
  readonly label: string;
  readonly value: string;
}

export function toLabelMap(labels: Json | undefined): Record<string, string> {
  const pairs = (labels ?? []) as unknown as Label[];
  return Object.fromEntries(pairs.map(({ label, value }) => [label, value]));
}

export function fromLabelMap(labels: Readonly<Record<string, string>> | null): Json[] {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}
