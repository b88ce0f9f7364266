import { checksOf } from "../components/verification/checks.ts";
import { masked, readPlan } from "./lib/read-plan.ts";

/**
 * Verifies a deployment as a client of it: `node ops/verify.ts` with the plan on standard input,
 * or `node ops/verify.ts --stack` for the selected stack. Exit code 1 and the names of the checks
 * that did not hold, or 0 and what was seen.
 */
const plan = await readPlan(process.argv.includes("--stack") ? "stack" : "stdin");
const failures: string[] = [];
const seen: string[] = [];
for (const check of checksOf(plan, new Date())) {
  try {
    seen.push(`ok      ${check.name} (${masked(await check.run(), plan)})`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    failures.push(`FAILED  ${check.name}: ${masked(reason, plan)}`);
  }
}
process.stdout.write(`${seen.join("\n")}\n`);
if (failures.length > 0) {
  process.stderr.write(`${failures.join("\n")}\n`);
  process.stderr.write(`${failures.length} of ${failures.length + seen.length} checks failed\n`);
  process.exitCode = 1;
}
