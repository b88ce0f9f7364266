import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** One run on a machine: the containers' names and their prefix are the same for all. */
const file = join(tmpdir(), "mcp-gateway-e2e", "pid");

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function holder(): number {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return 0;
  }
}

/** @throws Error if another run is under way on this machine */
export function lock(): void {
  const other = holder();
  if (other > 0 && other !== process.pid && alive(other))
    throw new Error(`another e2e run (process ${other}) is under way on this machine`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, String(process.pid));
}

/** Also called by a run that was refused: it must not take away the lock of the one that holds it. */
export function unlock(): void {
  if (holder() === process.pid) rmSync(file);
}
