import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script with /bin/sh, as Pulumi's command provider does. */
export function sh(script: string, stdin = "", env: NodeJS.ProcessEnv = process.env): Ran {
  const ran = spawnSync("/bin/sh", ["-c", script], { input: stdin, env, encoding: "utf8" });
  return { code: ran.status ?? -1, stdout: ran.stdout, stderr: ran.stderr };
}

/** A directory of one test's own, and how to get rid of it. */
export function scratch(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "mcp-gateway-test-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The same for each test of a file or block: another one every time, gone after it. */
export function scratchForEach(): { readonly path: string } {
  let place: ReturnType<typeof scratch> | undefined;
  beforeEach(() => {
    place = scratch();
  });
  afterEach(() => {
    place?.remove();
  });
  return {
    get path() {
      if (place === undefined) throw new Error("there is a directory in tests only");
      return place.path;
    },
  };
}

/**
 * An environment whose `docker` is a script: for host scripts, whose only way into a container
 * is that command.
 */
export function withDocker(directory: string, body: string): NodeJS.ProcessEnv {
  const file = join(directory, "docker");
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return { ...process.env, PATH: `${directory}:${process.env["PATH"] ?? ""}` };
}

/** `docker exec -i NAME words...` runs the words here, as if the container were this machine. */
export const execHere = 'shift; [ "$1" = -i ] && shift; shift; exec "$@"';
