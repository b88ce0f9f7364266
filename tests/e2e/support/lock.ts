import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What there is one of on a machine: containers' names and their prefix; the second host; the shared server. */
type Resource = "pid" | "second-host" | "shared-database";
const fileOf = (resource: Resource): string => join(tmpdir(), "mcp-gateway-e2e", resource);

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function holder(resource: Resource): number {
  try {
    return Number(readFileSync(fileOf(resource), "utf8"));
  } catch {
    return 0;
  }
}

/** @throws Error if another run is under way on this machine */
export function lock(resource: Resource = "pid"): void {
  const other = holder(resource);
  if (other > 0 && other !== process.pid && alive(other))
    throw new Error(`another e2e run (process ${other}) is under way on this machine`);
  mkdirSync(dirname(fileOf(resource)), { recursive: true });
  writeFileSync(fileOf(resource), String(process.pid));
}

/** Also called by a run that was refused: it must not take away the lock of the one that holds it. */
export function unlock(resource: Resource = "pid"): void {
  if (holder(resource) === process.pid) rmSync(fileOf(resource));
}
