import { fullToolName } from "../../config/common/names.ts";
import type { AccessMatrix } from "../../config/keys/grants.ts";

/** A step of `pulumi preview --json`, as far as it is told. */
export interface PreviewStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: { readonly inputs?: Readonly<Record<string, unknown>> };
  readonly newState?: { readonly inputs?: Readonly<Record<string, unknown>> };
}

/**
 * Seconds without service when a container is replaced, from the last good answer of the old one
 * to the first of the new one: measured on two busy cores with images present (docs/heavy.md).
 */
const interruption: Readonly<Record<string, number>> = {
  "mcp-gateway-postgres-container": 19,
  "mcp-gateway-edge-container": 5,
  "mcp-gateway-mock-model-container": 4,
  "mcp-gateway-relay-container": 19,
};
const connectorInterruption = 14;

/** Made before the old one goes; the edge changes over in between. */
const rolled = "mcp-gateway-proxy-container";

/** As deployed: "*" is what the output had before tools were spelled out. */
type DeployedMatrix = Readonly<Record<string, Readonly<Record<string, readonly string[] | "*">>>>;

const cells = (matrix: DeployedMatrix): string[] =>
  Object.entries(matrix).flatMap(([key, row]) =>
    Object.entries(row).flatMap(([alias, tools]) =>
      (tools === "*" ? ["*"] : tools).map((tool) => `${key} may call ${fullToolName(alias, tool)}`),
    ),
  );

/** What a change of the matrix means, a sentence a line. */
export function matrixChanges(before: DeployedMatrix, after: AccessMatrix): string[] {
  const old = new Set(cells(before));
  const now = new Set(cells(after));
  const keys = (matrix: DeployedMatrix): string[] => Object.keys(matrix).sort();
  return [
    ...keys(after)
      .filter((key) => !Object.hasOwn(before, key))
      .map((key) => `+ key ${key} is created`),
    ...keys(before)
      .filter((key) => !Object.hasOwn(after, key))
      .map((key) => `- key ${key} is revoked`),
    ...[...now].filter((cell) => !old.has(cell)).map((cell) => `+ ${cell}`),
    ...[...old]
      .filter((cell) => !now.has(cell))
      .map((cell) => `- ${cell.replace(" may ", " may no longer ")}`),
  ];
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/** Keys that get another value, and containers that are replaced, a sentence a line. */
export function stepEffects(steps: readonly PreviewStep[]): string[] {
  const rotated = steps.flatMap(({ op, urn }) => {
    const key = /^mcp-gateway-key-(.+)-value$/.exec(nameOf(urn))?.[1];
    return op === "replace" && key !== undefined ? [`~ key ${key} gets a new value`] : [];
  });
  const replaced = steps.flatMap(({ op, urn, oldState, newState }) => {
    const name = nameOf(urn);
    if (op !== "replace" || !urn.includes("docker:index/container:Container")) return [];
    const given = newState?.inputs?.["name"] ?? oldState?.inputs?.["name"];
    const container = typeof given === "string" ? given : name;
    if (name === rolled) return ["~ the proxy is replaced by a new one beside it: no interruption"];
    const seconds = interruption[name] ?? connectorInterruption;
    return [`~ container ${container} is replaced: about ${seconds} s without it`];
  });
  return [...new Set([...rotated, ...replaced])];
}
