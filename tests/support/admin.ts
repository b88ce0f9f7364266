import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../components/shell/shell.ts";
import { type Request, type Row, fakeLitellm } from "./fake-litellm.ts";
import { loading, python } from "./python.ts";
import { scratch } from "./shell.ts";

export const masterKey = `sk-${"x".repeat(40)}`;
export const adminSecret = "a".repeat(40);
export const place = scratch();
export const secretsFile = join(place.path, "proxy.env");
/** Makes the secrets file before a suite and removes it afterwards. */
export function withSecrets(): void {
  beforeAll(() => {
    writeFileSync(
      secretsFile,
      envFile({
        ...{ DATABASE_URL: "postgresql://x", LITELLM_MASTER_KEY: masterKey },
        MCP_GATEWAY_ADMIN_SECRET: adminSecret,
      }),
    );
  });
  afterAll(() => {
    place.remove();
  });
}

const file = "guard/admin.py";
const source = (base: string, from = secretsFile): string =>
  `${loading(file, { BASE: base, SECRETS: from })}print(module.VERBS[sys.argv[1] if len(sys.argv) > 1 else VERB](json.load(sys.stdin)))`;
export const run = (verb: string, base: string, wanted: unknown, from = secretsFile) =>
  python(`VERB = ${JSON.stringify(verb)}\n${source(base, from)}`, JSON.stringify(wanted));

export const hash = (key: string): string => createHash("sha256").update(key).digest("hex");
export const row = (key: string, alias: string | null, more: Partial<Row> = {}): Row => ({
  token: hash(key),
  key_alias: alias,
  metadata: { managed_by: "mcp-gateway" },
  ...more,
});

interface Outcome {
  readonly said: string;
  readonly requests: readonly Request[];
}

export async function outcome(
  verb: string,
  rows: readonly Row[],
  wanted: unknown,
  answers?: Parameters<typeof fakeLitellm>[2],
): Promise<Outcome> {
  const litellm = await fakeLitellm(rows, masterKey, answers);
  try {
    const ran = await run(verb, litellm.url, wanted);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return { said: ran.stdout, requests: litellm.requests };
  } finally {
    await litellm.close();
  }
}

export const wanted = {
  ...{ name: "claude", key: "sk-new", previous: null, models: ["m"], servers: ["id1", "id2"] },
  ...{ rpm: null, tpm: null, budget: null, expires: null },
};
export const settings = {
  models: ["m"],
  object_permission: { mcp_servers: ["id1", "id2"] },
  metadata: { managed_by: "mcp-gateway" },
  ...{ rpm_limit: null, tpm_limit: null, max_budget: null, budget_duration: null, duration: null },
};
export const others = [row("sk-1", "a"), row("sk-2", "b"), row("sk-3", null, { metadata: null })];
export const post = (path: string, body: unknown): Request => ({ method: "POST", path, body });
