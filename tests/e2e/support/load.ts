import type { Deployment } from "./deployment.ts";
import { bearer, mcpHeaders, send } from "./http.ts";
import { auditLines } from "./second.ts";

export interface LoadResult {
  /** Calls inside of their key's scope, and calls that were refused. */
  readonly own: number;
  readonly refused: number;
  /** Answers to calls outside of the scope that were no refusal. */
  readonly crossed: readonly string[];
  /** Answers to calls inside of the scope that were none of the tool's. */
  readonly failed: readonly string[];
  readonly statuses: Readonly<Record<string, number>>;
  /** "key tool outcome" → how many were sent, and how many lines the audit has. */
  readonly sent: Readonly<Record<string, number>>;
  readonly audit: Readonly<Record<string, number>>;
  /** The figures, for a person. */
  readonly words: string;
}

const add = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/**
 * Each key calls its own tool over and over, one call after the other, and every fifth time the
 * other connector's. Ends by itself after `seconds`.
 * @param names keys: those at even places have `db-list_schemas`, the others `second-list_schemas`
 */
export async function load(
  stack: Deployment,
  names: readonly string[],
  seconds: number,
): Promise<LoadResult> {
  const { virtualKeys } = await stack.outputs();
  const before = (await auditLines(stack)).length;
  const statuses: Record<string, number> = {};
  const sent: Record<string, number> = {};
  const times: number[] = [];
  const [crossed, failed]: [string[], string[]] = [[], []];
  let [own, refused] = [0, 0];
  const end = Date.now() + seconds * 1000;

  const client = async (name: string, at: number): Promise<void> => {
    const [mine, others] = at % 2 === 0 ? ["db", "second"] : ["second", "db"];
    for (let turn = 1; Date.now() < end; turn++) {
      const foreign = turn % 5 === 2;
      const tool = `${foreign ? others : mine}-list_schemas`;
      const began = performance.now();
      const { status, body } = await send(
        stack.url,
        "POST",
        "/mcp/",
        { ...mcpHeaders, ...bearer(virtualKeys[name] ?? "") },
        {
          jsonrpc: "2.0",
          id: turn,
          method: "tools/call",
          params: { name: tool, arguments: {} },
        },
      );
      times.push(performance.now() - began);
      add(statuses, String(status));
      add(sent, `${name} ${tool} ${foreign ? "refused" : "ok"}`);
      const ran = body.includes("schema_name");
      if (foreign) {
        if (ran || !body.includes(`may not call \\"${tool}\\"`)) crossed.push(body.slice(0, 200));
        else refused++;
      } else if (ran) own++;
      else failed.push(body.slice(0, 200));
    }
  };
  await Promise.all(names.map(client));

  const audit: Record<string, number> = {};
  for (const line of (await auditLines(stack)).slice(before))
    add(
      audit,
      `${String(line["key"])} ${String(line["connector"])}-${String(line["tool"])} ${String(line["outcome"])}`,
    );
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(0);
  return {
    own,
    refused,
    crossed,
    failed,
    statuses,
    sent,
    audit,
    words: `${names.length} clients, ${seconds} s: ${own} calls, ${refused} refused, ${((own + refused) / seconds).toFixed(1)} a second; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; ${crossed.length} crossed, ${failed.length} failed; statuses ${JSON.stringify(statuses)}; audit lines ${Object.values(audit).reduce((a, b) => a + b, 0)} of ${times.length}`,
  };
}
