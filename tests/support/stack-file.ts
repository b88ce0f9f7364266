import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { inCheckout } from "./paths.ts";

/** A `Pulumi.<stack>.yaml` as plain values. */
export function stackFile(stack: string): { readonly config: Record<string, unknown> } {
  return parse(readFileSync(inCheckout(`Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
}

/**
 * The committed configuration of a stack, as Pulumi hands it to the program: strings as they are,
 * the rest as JSON. The image mirror belongs to one machine and is left out; the two values of
 * `lan` that its user has to set are made up.
 */
export function stackConfig(stack: "local" | "lan"): Record<string, string> {
  const { config } = stackFile(stack);
  const values = Object.entries(config).filter(([key]) => key !== "mcp-gateway:imageMirrorFile");
  const all = Object.fromEntries(values);
  if (stack === "lan") {
    all["mcp-gateway:ssh"] = { hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFAKE" };
    const connectors = structuredClone(all["mcp-gateway:connectors"]) as {
      postgres: { inputs?: unknown };
    };
    connectors.postgres.inputs = { databaseUri: lanUri };
    all["mcp-gateway:connectors"] = connectors;
  }
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** The stack `lan` with the host's own PostgreSQL and Traefik, as its comments describe it. */
export function besideOthers(): Record<string, string> {
  const all = stackConfig("lan");
  const database = JSON.parse(all["mcp-gateway:database"] ?? "{}") as object;
  return {
    ...all,
    "mcp-gateway:database": JSON.stringify({
      ...database,
      mode: "shared",
      shared: { admin: { password: adminPassword } },
    }),
    "mcp-gateway:ingress": JSON.stringify({
      traefik: { certResolver: "letsencrypt", middlewares: ["keycloak@file"] },
    }),
  };
}

const adminPassword = "example-admin-password";
export const lanUri = "postgresql://reader:example@postgres:5432/app";
