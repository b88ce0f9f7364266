/**
 * What the guard costs: two LiteLLMs side by side, one with it and one without, the same calls to
 * the same kind of MCP server in alternating blocks. `node bench/guard.ts [calls]`
 */
import { join } from "node:path";
import { image, images, runOnce } from "../tests/support/docker.ts";
import { routes } from "../tests/support/routes.ts";
import { type Guarded, guardedGateway, keys } from "../tests/support/guarded.ts";
import { checkout } from "./lib/checkout.ts";

const calls = Number(process.argv[2] ?? 400);
const block = 25;
const route = routes["/mcp/"];

function quantile(times: readonly number[], part: number): string {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(2);
}

async function run(gateway: Guarded, times: number[], count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const start = performance.now();
    const seen = await route?.(gateway, keys.both.value, "notes-execute_sql");
    times.push(performance.now() - start);
    if (seen?.text !== "not SQL") throw new Error(`answered with ${seen?.text}`);
  }
}

const inside = await runOnce([
  "--network",
  "none",
  "--volume",
  `${join(checkout, "guard")}:/guard:ro`,
  "--volume",
  `${join(checkout, "bench/lib/guard-inside.py")}:/bench.py:ro`,
  "--entrypoint",
  "python3",
  image(images.litellm),
  "/bench.py",
]);
console.log(
  inside.stderr
    .split("\n")
    .filter((line) => line.startsWith("inside"))
    .join("\n"),
);

const sides: { name: string; gateway: Guarded; times: number[] }[] = [];
try {
  for (const guard of [true, false])
    sides.push({
      name: guard ? "with the guard" : "without",
      gateway: await guardedGateway({ guard }),
      times: [],
    });
  for (const { gateway } of sides) await run(gateway, [], 30);
  for (let done = 0; done < calls; done += block)
    for (const { gateway, times } of done % (2 * block) === 0 ? sides : [...sides].reverse())
      await run(gateway, times, block);
  for (const { name, times } of sides)
    console.log(
      `${name}: ${times.length} calls, p50 ${quantile(times, 0.5)} ms, p95 ${quantile(times, 0.95)} ms`,
    );
} finally {
  for (const { gateway } of sides) await gateway.remove();
}
