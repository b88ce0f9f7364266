import { python } from "./python.ts";

/** A request to the gate, with a key that has the model `m`. */
export interface RawRequest {
  readonly path: string;
  readonly body: string;
}

/** What came of it: the gate's answer, and what was logged. */
export interface Passed {
  readonly status: number;
  readonly log: readonly Record<string, unknown>[];
}

/** The gate in front of an application that does nothing; one process for all. */
export async function throughGate(requests: readonly RawRequest[]): Promise<Passed[]> {
  const ran = await python(
    'import runpy; runpy.run_path("guard/tests/through_gate.py", run_name="__main__")',
    JSON.stringify(requests),
  );
  if (ran.code !== 0) throw new Error(ran.stderr);
  return ran.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Passed);
}
