import { findDrift } from "../components/verification/drift-checks.ts";
import { readPlan } from "./lib/read-plan.ts";

/** Names what on the Docker host is no longer as it was applied; exit code 1 if anything is. */
const { drift, blocked } = await findDrift(await readPlan("stack"));
for (const { what, reason } of drift) process.stdout.write(`drift: ${what}: ${reason}\n`);
if (blocked.length > 0)
  process.stdout.write(`Blocked keys that nobody configured: ${blocked.join(", ")}\n`);
if (drift.length > 0) {
  process.stdout.write(`\nmake up puts that right.\n`);
  process.exitCode = 1;
} else process.stdout.write("Keys, files and containers are as they were applied.\n");
