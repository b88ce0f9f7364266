import { fullToolName } from "../../config/common/names.ts";
import type { ToolCall } from "../../config/connectors/tool-call.ts";
import type { VerificationPlan } from "./plan.ts";

/** What candidate.py takes. Secret. */
export interface CandidatePlan {
  readonly keys: readonly {
    readonly name: string;
    readonly value: string;
    readonly tools: readonly string[];
  }[];
  readonly calls: readonly {
    readonly tool: string;
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly expect: string;
    readonly outcome: ToolCall["outcome"];
    /** A key's value, or null for the master key. */
    readonly key: string | null;
  }[];
}

/** The part of the verification that can be seen inside a proxy that nobody reaches yet. */
export function candidatePlan(plan: VerificationPlan): CandidatePlan {
  const valueOf = (name: string | undefined): string | null =>
    plan.keys.find((key) => key.name === name)?.value ?? null;
  return {
    keys: plan.keys.map(({ name, value, tools }) => ({ name, value, tools })),
    calls: plan.connectors.map(({ alias, tool, arguments: given, expect, outcome, key }) => ({
      tool: fullToolName(alias, tool),
      arguments: given,
      expect,
      outcome,
      key: valueOf(key),
    })),
  };
}
