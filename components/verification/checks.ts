import { fullToolName } from "../../config/common/names.ts";
import type { ToolCall } from "../../config/connectors/tool-call.ts";
import { type ListedTool, lockDifferences, lockTools } from "../../config/connectors/tools-lock.ts";
import { keyHash } from "../../config/keys/key-hash.ts";
import { hostExec } from "../host/exec.ts";
import type { Check } from "./check.ts";
import { findDrift } from "./drift-checks.ts";
import { type ToolResult, callTool, toolNames, withSession } from "./gateway-client.ts";
import type { ConnectorExpectation, VerificationPlan } from "./plan.ts";
import { restartChecks } from "./restarts.ts";

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((word, index) => word === b[index]);

const words = (list: readonly string[]): string =>
  list.length === 0 ? "nothing" : list.join(", ");

async function status(url: string, init: RequestInit, wanted: number): Promise<string> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(65_000) });
  const body = await answer.text();
  if (answer.status !== wanted)
    throw new Error(`HTTP ${answer.status} instead of ${wanted}: ${body.slice(0, 300)}`);
  return `HTTP ${answer.status}`;
}

const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

const pingRequest: RequestInit = {
  method: "POST",
  headers: {
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
  },
  body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
};

function routes(plan: VerificationPlan): Check[] {
  const url = plan.gatewayUrl;
  return [
    { name: "liveness", run: () => status(`${url}/health/liveliness`, {}, 200) },
    { name: "refused without a key", run: () => status(`${url}/mcp/`, pingRequest, 401) },
    {
      name: "refused with an unknown key",
      run: () => status(`${url}/v1/models`, { headers: bearer("sk-unknown") }, 401),
    },
    { name: "/mcp-rest is closed", run: () => status(`${url}/mcp-rest/tools/list`, {}, 404) },
  ];
}

function keyChecks(plan: VerificationPlan): Check[] {
  return plan.keys.flatMap((key) => [
    {
      name: `models of key ${key.name}`,
      run: async () => {
        const answer = await fetch(`${plan.gatewayUrl}/v1/models`, { headers: bearer(key.value) });
        if (!answer.ok)
          throw new Error(`HTTP ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
        const body = (await answer.json()) as { data: { id: string }[] };
        const seen = body.data.map((model) => model.id).sort();
        const wanted = [...key.models].sort();
        if (!same(seen, wanted))
          throw new Error(`lists ${words(seen)} instead of ${words(wanted)}`);
        return words(seen);
      },
    },
    {
      name: `tools of key ${key.name}`,
      run: () =>
        withSession(plan.gatewayUrl, key.value, async (client) => {
          const seen = await toolNames(client);
          const extra = seen.filter((tool) => !key.tools.includes(tool));
          const missing = key.tools.filter((tool) => !seen.includes(tool));
          if (extra.length > 0) throw new Error(`lists ${words(extra)}, which are not in its row`);
          if (missing.length > 0)
            throw new Error(
              `does not list ${words(missing)}; a connector that lists nothing is down: docker logs mcp-<connector>`,
            );
          return `${seen.length} tools`;
        }),
    },
  ]);
}

async function callInside(
  plan: VerificationPlan,
  connector: ConnectorExpectation,
): Promise<string> {
  const ran = await hostExec(
    plan.dockerHost,
    ["docker", "exec", "-i", plan.proxy, "python3", "/etc/mcp-gateway/admin.py", "call"],
    JSON.stringify({
      tool: fullToolName(connector.alias, connector.tool),
      arguments: connector.arguments,
      outcome: connector.outcome,
    }),
  );
  if (ran.code !== 0) throw new Error(ran.stderr.trim());
  return ran.stdout;
}

function lockChecks(plan: VerificationPlan): Check[] {
  return plan.connectors.map((connector) => ({
    name: `tools of ${connector.alias} are the locked ones`,
    run: async () => {
      const ran = await hostExec(
        plan.dockerHost,
        ["docker", "exec", "-i", plan.proxy, "python3", "/etc/mcp-gateway/list_tools.py"],
        JSON.stringify(connector.server),
      );
      if (ran.code !== 0) throw new Error(ran.stderr.trim());
      const listed = lockTools(JSON.parse(ran.stdout) as ListedTool[]);
      if (Object.keys(listed).length === 0)
        throw new Error("the server runs and lists no tools at all");
      const differences = lockDifferences(connector.lock, listed);
      if (differences.length > 0)
        throw new Error(
          `${differences.join(", ")}. If that is wanted: make tools-lock, and read the difference`,
        );
      return `${Object.keys(listed).length} tools`;
    },
  }));
}

/**
 * What an answer proves, in words.
 * @throws Error for an answer that is an error, whatever it says, unless the call is there to be
 *   refused, and for one that says something else
 */
export function proof(
  { text, isError }: ToolResult,
  { expect, outcome }: Pick<ToolCall, "expect" | "outcome">,
): string {
  const quoted = JSON.stringify(text.slice(0, 400));
  if (isError && outcome === "result") throw new Error(`failed with ${quoted}`);
  if (!isError && outcome === "error") throw new Error(`was to be refused, and answered ${quoted}`);
  if (!new RegExp(expect).test(text))
    throw new Error(`answered ${quoted}, which does not match /${expect}/`);
  return `${outcome === "error" ? "refused with " : ""}${text.length} characters, matching /${expect}/`;
}

function connectorChecks(plan: VerificationPlan): Check[] {
  return plan.connectors.map((connector) => {
    const tool = fullToolName(connector.alias, connector.tool);
    const key = plan.keys.find((candidate) => candidate.name === connector.key);
    return {
      name: `tool call ${tool} ${key === undefined ? "(no key may use it: called inside)" : `with key ${key.name}`}`,
      run: async () => {
        const result =
          key === undefined
            ? { text: await callInside(plan, connector), isError: connector.outcome === "error" }
            : await withSession(plan.gatewayUrl, key.value, (client) =>
                callTool(client, tool, connector.arguments),
              );
        return proof(result, connector);
      },
    };
  });
}

function mockRound(plan: VerificationPlan): Check[] {
  const { mock } = plan;
  const connector = plan.connectors.find((candidate) => candidate.alias === mock?.connector);
  const key = plan.keys.find((candidate) => candidate.name === mock?.key);
  if (mock === undefined || connector === undefined || key === undefined) return [];
  return [
    {
      name: `/v1/responses with ${mock.model} runs ${fullToolName(connector.alias, connector.tool)}`,
      run: async () => {
        const answer = await fetch(`${plan.gatewayUrl}/v1/responses`, {
          method: "POST",
          headers: { ...bearer(key.value), "Content-Type": "application/json" },
          body: JSON.stringify({
            model: mock.model,
            input: `Call ${fullToolName(connector.alias, connector.tool)} ${JSON.stringify(connector.arguments)}`,
            tools: [
              {
                type: "mcp",
                server_label: "gateway",
                server_url: `litellm_proxy/mcp/${connector.alias}`,
                require_approval: "never",
              },
            ],
          }),
          signal: AbortSignal.timeout(65_000),
        });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${text.slice(0, 300)}`);
        const said = outputText(JSON.parse(text));
        if (!said.startsWith("The tool answered: ") || !new RegExp(connector.expect).test(said))
          throw new Error(`the model ended with ${JSON.stringify(said.slice(0, 300))}`);
        return "the tool ran and the model got its result";
      },
    },
  ];
}

/** The text of a /v1/responses answer's last message. */
function outputText(body: unknown): string {
  const { output } = body as {
    output?: { type: string; content?: { type: string; text?: string }[] }[];
  };
  const message = (output ?? []).filter((item) => item.type === "message").at(-1);
  return (message?.content ?? []).map((part) => part.text ?? "").join("");
}

/** LiteLLM writes spend rows in batches, every 1 to 7 seconds (`proxy_batch_write_at` 4). */
const spendSeconds = 30;

function spendRow(plan: VerificationPlan, since: Date): Check[] {
  const hashes = plan.keys
    .filter((key) => plan.connectors.some((connector) => connector.key === key.name))
    .map((key) => keyHash(key.value));
  if (hashes.length === 0) return [];
  const sql = [
    'select count(*) from "LiteLLM_SpendLogs"',
    `where call_type = 'call_mcp_tool' and "startTime" >= '${since.toISOString().replace("Z", "")}'`,
    `and api_key in (${hashes.map((hash) => `'${hash}'`).join(", ")})`,
  ].join(" ");
  const poll = `for _ in $(seq ${spendSeconds * 2}); do
  rows=$(psql -qXAt -U ${plan.database.user} -d ${plan.database.name} -c "$1") || exit 1
  [ "$rows" = 0 ] || { echo "$rows"; exit 0; }
  sleep 0.5
done
echo "no row of these calls within ${spendSeconds} s" >&2
exit 1`;
  return [
    {
      name: 'spend row in "LiteLLM_SpendLogs"',
      run: async () => {
        const ran = await hostExec(plan.dockerHost, [
          "docker",
          "exec",
          "-i",
          plan.database.container,
          "sh",
          "-c",
          poll,
          "poll",
          sql,
        ]);
        if (ran.code !== 0) throw new Error(ran.stderr.trim());
        return `${ran.stdout.trim()} of tool calls`;
      },
    },
  ];
}

function applied(plan: VerificationPlan): Check[] {
  return [
    {
      name: "keys, files and containers are as they were applied",
      run: async () => {
        const { drift, blocked } = await findDrift(plan);
        if (drift.length > 0)
          throw new Error(
            `${drift.map(({ what, reason, remedy }) => `${what}: ${reason}${remedy === undefined ? "" : ` (up ${remedy})`}`).join("; ")}. make up puts that right`,
          );
        return [
          `${plan.applied.length} of them`,
          ...(plan.purged.length === 0 ? [] : [`the last up ${plan.purged.join(", ")}`]),
          ...(blocked.length === 0
            ? []
            : [`blocked, because nobody configured them: ${blocked.join(", ")}`]),
        ].join("; ");
      },
    },
  ];
}

/** Every check of a plan, in the order they have to run. */
export function checksOf(plan: VerificationPlan, since: Date): Check[] {
  return [
    ...routes(plan),
    ...restartChecks(plan),
    ...lockChecks(plan),
    ...keyChecks(plan),
    ...connectorChecks(plan),
    ...mockRound(plan),
    ...spendRow(plan, since),
    ...applied(plan),
  ];
}
