import { dirname } from "node:path";
import { z } from "zod";
import { run } from "../../components/host/exec.ts";
import type { Finding } from "./judge.ts";
import { pythonName } from "./locked.ts";

/** Of an advisory's names the one that every list has. */
export function bestId(ids: readonly string[]): string {
  const by = (prefix: string) => ids.find((id) => id.startsWith(prefix));
  return by("CVE-") ?? by("GHSA-") ?? ids[0] ?? "";
}

const via = z.object({ url: z.string(), name: z.string(), range: z.string() });
const npmReport = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), via])) })),
});

/** What `npm audit --json` says; nothing if it says that it could not ask. */
export function npmFindings(where: string, json: string): readonly Finding[] | undefined {
  const parsed = npmReport.safeParse(readJson(json));
  if (!parsed.success) return undefined;
  const all = Object.values(parsed.data.vulnerabilities).flatMap((one) => one.via);
  const own = all.filter((one) => typeof one !== "string");
  const named = own.map(({ url, name, range }) => ({
    where,
    name,
    version: range,
    id: url.replace(/^.*\//, ""),
  }));
  return [...new Map(named.map((one) => [`${one.name} ${one.id}`, one])).values()];
}

const vulnerability = z.object({ id: z.string(), aliases: z.array(z.string()).default([]) });
const pipReport = z.object({
  dependencies: z.array(
    z.object({
      name: z.string(),
      version: z.string().default(""),
      vulns: z.array(vulnerability).default([]),
      /** It could not be asked about. */
      skip_reason: z.string().optional(),
    }),
  ),
});

/** What `pip-audit --format json` says; nothing if there is no such answer. */
export function pipFindings(where: string, json: string): readonly Finding[] | undefined {
  const parsed = pipReport.safeParse(readJson(json));
  if (!parsed.success) return undefined;
  if (parsed.data.dependencies.some((one) => one.skip_reason !== undefined)) return undefined;
  return parsed.data.dependencies.flatMap(({ name, version, vulns }) =>
    vulns.map(({ id, aliases }) => ({
      where,
      version,
      name: pythonName(name),
      id: bestId([id, ...aliases]),
    })),
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks npm's registry in the way that this machine is set up for it. */
export async function askNpm(where: string): Promise<readonly Finding[] | undefined> {
  const args = ["audit", "--omit=dev", "--package-lock-only", "--json", "--fetch-retries=0"];
  const ran = await run("npm", [...args, "--fetch-timeout=20000"], { cwd: where });
  return npmFindings(where, ran.stdout);
}

/** Asks with pip-audit where somebody has installed it. */
export async function askPython(lock: string): Promise<readonly Finding[] | undefined> {
  const how = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"];
  const ran = await run("pip-audit", ["--requirement", lock, ...how]).catch(() => undefined);
  return ran === undefined ? undefined : pipFindings(dirname(lock), ran.stdout);
}
