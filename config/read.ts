import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { readCatalogue } from "./connectors/catalogue.ts";
import type { ConfigContext } from "./connectors/context.ts";
import { type ToolsLock, toolsLock } from "./connectors/tools-lock.ts";
import type { GatewayModel } from "./model.ts";
import { parseConfig } from "./parse.ts";
import { renderProblems } from "./problems.ts";
import { isEncrypted } from "./stack-file/encrypted.ts";

/** What the user has to put right before anything is changed: the message is all there is to show. */
export class ConfigError extends Error {}

/** A stack as Pulumi hands it over. */
export interface StackSettings {
  readonly project: string;
  readonly stack: string;
  /** `namespace:key` → text, secrets decrypted. */
  readonly values: Readonly<Record<string, string>>;
}

/** Keys whose value is a bare string; Pulumi hands over everything else as JSON text. */
const strings = new Set(["dockerHost", "network", "namePrefix", "imageMirrorFile"]);

/** The project's namespace as plain values. Text that is no JSON stays text, for the parser. */
export function rawConfig(all: Readonly<Record<string, string>>, namespace: string): unknown {
  const entries = Object.entries(all).flatMap(([key, text]) => {
    if (!key.startsWith(`${namespace}:`)) return [];
    const name = key.slice(namespace.length + 1);
    if (strings.has(name)) return [[name, text] as const];
    try {
      return [[name, JSON.parse(text) as unknown] as const];
    } catch {
      return [[name, text] as const];
    }
  });
  return Object.fromEntries(entries);
}

const mirrorFile = z.record(z.string(), z.string());

export function readMirror(root: string, raw: unknown): Readonly<Record<string, string>> {
  const file =
    typeof raw === "object" && raw !== null && "imageMirrorFile" in raw ? raw.imageMirrorFile : "";
  if (typeof file !== "string" || file === "" || !existsSync(resolve(root, file))) return {};
  const parsed = mirrorFile.safeParse(JSON.parse(readFileSync(resolve(root, file), "utf8")));
  if (!parsed.success)
    throw new ConfigError(`${file} is not a map of image references:\n${parsed.error.message}`);
  return parsed.data;
}

/** The text of `proxy.privateRootsFile`; empty where none is configured. */
function readPrivateRoots(root: string, raw: unknown): string {
  const named = z
    .looseObject({ proxy: z.looseObject({ privateRootsFile: z.string() }) })
    .safeParse(raw);
  if (!named.success) return "";
  const file = named.data.proxy.privateRootsFile;
  const path = resolve(root, file);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new ConfigError(
      `mcp-gateway:proxy.privateRootsFile: ${file} is not there or has no PEM certificate in it (fix: pulumi config rm --path 'mcp-gateway:proxy.privateRootsFile')`,
    );
  return text;
}

/** tools.lock.json, or a lock that knows nothing where there is none yet. */
export function readToolsLock(root: string): ToolsLock {
  const file = resolve(root, "tools.lock.json");
  if (!existsSync(file)) return { version: 1, connectors: {} };
  try {
    return toolsLock.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new ConfigError(
      `tools.lock.json cannot be read (git checkout it, or remove it and run make tools-lock): ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The checkout's catalogue. */
export const checkoutCatalogue = (root: string) => readCatalogue(resolve(root, "mcp-connectors"));

/** What a configuration is read with, from the checkout's files and the clock. */
export const readContext = (root: string, raw: unknown): ConfigContext => ({
  root,
  catalogue: checkoutCatalogue(root),
  lock: readToolsLock(root),
  now: Math.floor(Date.now() / 1000),
  mirror: readMirror(root, raw),
  privateRoots: readPrivateRoots(root, raw),
});

/** Which values of the stack's file are encrypted; nothing where there is no such file. */
function encryption(
  root: string,
  { project, stack: name }: StackSettings,
): Pick<ConfigContext, "isEncrypted"> {
  const file = resolve(root, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) return {};
  // Read only if there is a secret to ask for: with 50 connectors a tenth of a second.
  let stack: unknown;
  return {
    isEncrypted: (path) => {
      stack ??= parse(readFileSync(file, "utf8"));
      return isEncrypted(stack, project, path);
    },
  };
}

/**
 * The stack's configuration as a model.
 * @throws ConfigError with every problem in it, before anything is changed
 */
export function readStack(root: string, settings: StackSettings): GatewayModel {
  const raw = rawConfig(settings.values, settings.project);
  const result = parseConfig(raw, { ...readContext(root, raw), ...encryption(root, settings) });
  if (!result.ok) throw new ConfigError(renderProblems(result.problems, settings.stack));
  return result.model;
}
