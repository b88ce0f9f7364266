import { readFileSync } from "node:fs";
import { run } from "../../components/host/exec.ts";
import type { VerificationPlan } from "../../components/verification/plan.ts";

/** The plan on standard input (as `pulumi up` passes it), or of the selected stack. */
export async function readPlan(source: "stdin" | "stack"): Promise<VerificationPlan> {
  if (source === "stdin") return JSON.parse(readFileSync(0, "utf8")) as VerificationPlan;
  const ran = await run("pulumi", ["stack", "output", "verificationPlan", "--show-secrets"]);
  if (ran.code !== 0)
    throw new Error(`the stack has nothing deployed; run make up (${ran.stderr.trim()})`);
  return JSON.parse(ran.stdout) as VerificationPlan;
}

/** Everything secret in a plan: keys, and what servers are shown. */
function secretsOf(plan: VerificationPlan): string[] {
  const shown = plan.connectors.flatMap(({ server }) =>
    Object.values(server.transport === "stdio" ? server.env : server.headers),
  );
  return [
    ...plan.keys.map((key) => key.value),
    ...shown.flatMap((value) => [value, value.replace(/^\S+ /, "")]),
  ].filter((value) => value.length >= 8);
}

/** Replaces every secret of the plan in a text, wherever it came from. */
export function masked(text: string, plan: VerificationPlan): string {
  return secretsOf(plan).reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}
