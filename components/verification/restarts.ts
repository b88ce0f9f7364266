import { hostExec } from "../host/exec.ts";
import type { Check } from "./check.ts";
import type { VerificationPlan } from "./plan.ts";

/** What Docker says of one container. */
interface Restarts {
  readonly status: string;
  readonly count: number;
  readonly exitCode: number;
  readonly startedAt: string;
}

/** Running for so long, in seconds, it has come to rest, however often it stopped before. */
const restSeconds = 60;

/** Whether a container that has stopped again and again still does. */
export function keepsStopping(seen: Restarts, now: number): boolean {
  if (seen.status === "restarting") return true;
  if (seen.status !== "running") return true;
  return seen.count >= 3 && now - Date.parse(seen.startedAt) < restSeconds * 1000;
}

async function docker(plan: VerificationPlan, ...args: string[]): Promise<string> {
  const ran = await hostExec(plan.dockerHost, ["docker", ...args]);
  if (ran.code !== 0) throw new Error(ran.stderr.trim());
  // What a container wrote comes back on both.
  return args[0] === "logs" ? ran.stdout + ran.stderr : ran.stdout;
}

/** No connector's container keeps stopping: name, how often, and its last word if one does. */
export function restartChecks(plan: VerificationPlan): Check[] {
  return plan.containers.map((name) => ({
    name: `${name} keeps running`,
    run: async () => {
      const format = "{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} {{.State.StartedAt}}";
      const [status = "", count = "0", exitCode = "0", startedAt = ""] = (
        await docker(plan, "inspect", "--format", format, name)
      )
        .trim()
        .split(" ");
      const seen = { status, count: Number(count), exitCode: Number(exitCode), startedAt };
      if (keepsStopping(seen, Date.now())) {
        const log = (await docker(plan, "logs", "--tail", "20", name)).trim().split("\n");
        throw new Error(
          `it keeps stopping: ${seen.count} restarts, now ${status}, exit code ${seen.exitCode}; its last line: ${log.at(-1) ?? "none"}`,
        );
      }
      return `${seen.count} restarts`;
    },
  }));
}
