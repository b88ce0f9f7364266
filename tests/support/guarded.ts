import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type GuardRow,
  type ToolLock,
  guardPolicy,
} from "../../components/litellm/guard-policy.ts";
import { type ListedTool, lockTools } from "../../config/connectors/tools-lock.ts";
import { exampleConfig, modelOf } from "./config.ts";
import * as docker from "./docker.ts";
import { rpc } from "./routes.ts";
import {
  type RealGateway,
  type RealGatewayOptions,
  adminHeader,
  masterKey,
  realGateway,
} from "./gateway.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Two connectors with servers behind them, `db` and `notes`, and one that is down. */
export const model = modelOf(exampleConfig());

/** A key of the tests: in LiteLLM with every server and model, so that only the guard stands. */
export interface TestKey {
  readonly value: string;
  readonly row: Omit<GuardRow, "keyHash"> | undefined;
}

const models = ["gpt-4o"];
const row = (
  name: string,
  tools: Record<string, string[]>,
  expires: number | null = null,
): TestKey["row"] => ({ name, tools, models, expires });
const value = (letter: string): string => `sk-${letter.repeat(40)}`;

export const keys = {
  part: { value: value("a"), row: row("part", { db: ["execute_sql", "list_schemas"] }) },
  both: {
    value: value("b"),
    row: row("both", { db: ["list_schemas"], notes: ["broken", "execute_sql", "slow"] }),
  },
  nothing: { value: value("c"), row: row("nothing", {}) },
  stranger: { value: value("d"), row: undefined },
  late: { value: value("e"), row: row("late", { db: ["list_schemas"] }, 1_700_000_000) },
  master: { value: masterKey, row: undefined },
} satisfies Record<string, TestKey>;
export type Key = keyof typeof keys;

/** The same keys, one of them with another row. */
export const withRow = (
  key: Key,
  tools: Record<string, string[]>,
): Readonly<Record<string, TestKey>> => ({
  ...keys,
  [key]: { value: keys[key].value, row: row(key, tools) },
});

export interface Guarded extends RealGateway {
  /** Where the MCP server that writes down its calls, and the hostile model, can be asked. */
  readonly notes: string;
  readonly notesContainer: string;
  readonly provider: string;
  /** The policy file of these rows, with both servers' tools as they were listed at first. */
  readonly policy: (rows: readonly GuardRow[]) => string;
  readonly locks: Readonly<Record<string, ToolLock>>;
}

/** What a server lists now, as tools.lock.json would have it. */
export async function lockOf(gateway: RealGateway, server: object): Promise<ToolLock> {
  const ran = await docker.dockerOk(
    ["exec", "-i", gateway.proxy, "python3", "/etc/mcp-gateway/list_tools.py"],
    JSON.stringify(server),
  );
  return lockTools(JSON.parse(ran) as ListedTool[]);
}

export const rowsOf = (keys: Readonly<Record<string, TestKey>>): GuardRow[] =>
  Object.values(keys).flatMap(({ value, row }) =>
    row === undefined ? [] : [{ ...row, keyHash: sha256(value) }],
  );

/** The first line with `audit` in it that is not there yet, and so on: one at a time. */
export interface AuditLine {
  readonly audit: string;
  readonly time: string;
  readonly key: string | null;
  readonly connector: string | null;
  readonly tool: string;
  readonly route: string;
  readonly outcome: string;
  readonly ms: number;
}

export async function jsonLines(container: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await docker.docker(["logs", container]);
  // Other lines are LiteLLM's own.
  const lines = stdout.split("\n").filter((line) => /^\{"(audit|guard)"/.test(line));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

export async function auditLines(container: string): Promise<AuditLine[]> {
  return (await jsonLines(container)).filter(
    (line) => line["audit"] === "mcp",
  ) as unknown as AuditLine[];
}

/** A key as LiteLLM's own API makes it, for every server: as if all grants had failed. */
async function grantEverything(url: string, name: string, value: string): Promise<void> {
  const answer = await fetch(`${url}/key/generate`, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${masterKey}`,
      "Content-Type": "application/json",
      ...adminHeader,
    },
    body: JSON.stringify({ key: value, key_alias: name }),
  });
  if (!answer.ok) throw new Error(`${name}: HTTP ${answer.status} ${await answer.text()}`);
}

/** @returns the address of a server that writes down its calls */
export async function startNotes(
  name: string,
  network: string,
  alias: string,
  port: number,
): Promise<string> {
  await docker.start(name, [
    "--network",
    network,
    "--network-alias",
    alias,
    "--env",
    `PORT=${port}`,
    "--publish",
    `127.0.0.1::${port}`,
    "--volume",
    `${resolve("tests/support/notes-server.py")}:/srv/notes.py:ro`,
    // Another release of the MCP SDK than LiteLLM's, as servers have.
    "--entrypoint",
    "/opt/bridge/bin/python3",
    docker.image(docker.images.bridge),
    "/srv/notes.py",
  ]);
  const url = await docker.published(name, port);
  await docker.until(name, 60, async () => (await fetch(`${url}/calls`)).ok);
  return url;
}

/**
 * Another server in the place of `notes`, on port 9000 at /mcp, with its tools locked as they are.
 * @param rows the policy's, from then on
 */
export async function replaceNotes(
  gateway: Guarded,
  rows: readonly GuardRow[],
  run: readonly string[],
): Promise<void> {
  await docker.removeAll([gateway.notesContainer], []);
  const at = ["--network", gateway.network, "--network-alias", "mcp-notes"];
  await docker.start(gateway.notesContainer, [...at, ...run]);
  const server = { transport: "http", url: "http://mcp-notes:9000/mcp" };
  let notes: ToolLock = {};
  await docker.until(gateway.notesContainer, 60, async () => {
    notes = await lockOf(gateway, server);
    return true;
  });
  gateway.setPolicy(guardPolicy(rows, { ...gateway.locks, notes }));
  await docker.until(gateway.relay, 30, async () => {
    const { text } = await rpc(gateway, keys.both.value, "tools/list");
    return text.includes("notes-");
  });
}

/** The guard alone, unless `gate` is asked for. */
export async function guardedGateway(
  options: Pick<RealGatewayOptions, "gate" | "guard" | "sessionIdle" | "limits"> = {},
): Promise<Guarded> {
  const gateway = await realGateway(model, {
    gate: false,
    rows: rowsOf(keys),
    provider: readFileSync("tests/support/hostile-model.py", "utf8"),
    ...options,
  });
  const notes = docker.testName("notes");
  const remove = async (): Promise<void> => {
    await docker.removeAll([notes], []);
    await gateway.remove();
  };
  try {
    const url = await startNotes(notes, gateway.network, "mcp-notes", 9000);
    for (const [name, { value }] of Object.entries(keys))
      if (value !== masterKey) await grantEverything(gateway.url, name, value);
    const locks = {
      db: await lockOf(gateway, { transport: "sse", url: "http://mcp-planets:8686/sse" }),
      notes: await lockOf(gateway, { transport: "http", url: "http://mcp-notes:9000/mcp" }),
      reports: { list_schemas: { description: "0".repeat(16), inputSchema: "0".repeat(16) } },
    };
    const policy = (rows: readonly GuardRow[]): string => guardPolicy(rows, locks);
    gateway.setPolicy(policy(rowsOf(keys)));
    const own = { notes: url, notesContainer: notes, locks, policy };
    const guarded = { ...gateway, ...own, remove };
    // The relay looks for a server that was not there once a second.
    await docker.until(gateway.relay, 30, async () => {
      const { text } = await rpc(guarded, keys.both.value, "tools/list");
      return text.includes("notes-slow") && text.includes("db-list_schemas");
    });
    return guarded;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** One for all tests of a block, gone after them. */
export function withGuarded(
  take: (gateway: Guarded) => void,
  options?: Parameters<typeof guardedGateway>[0],
): void {
  let gateway: Guarded | undefined;
  beforeAll(async () => {
    gateway = await guardedGateway(options);
    take(gateway);
  }, 240_000);
  afterAll(async () => {
    // Undefined if it never came up; then it has removed itself.
    await gateway?.remove();
  }, 60_000);
}

/** What has come to pass at the MCP servers and in the audit since the last look. */
export class Observer {
  readonly #gateway: Guarded;
  #databaseCalls = 0;
  #lines = 0;

  constructor(gateway: Guarded) {
    this.#gateway = gateway;
  }

  /** Every call that has reached an MCP server, in its own words. */
  async executed(): Promise<{ notes: string[]; db: number }> {
    const notes = (await (await fetch(`${this.#gateway.notes}/calls`)).json()) as string[];
    const { stdout, stderr } = await docker.docker(["logs", this.#gateway.planets]);
    const all = (stdout + stderr).split("CallToolRequest").length - 1;
    const db = all - this.#databaseCalls;
    this.#databaseCalls = all;
    return { notes, db };
  }

  /** The audit lines, as soon as there are as many as wanted. */
  async audit(wanted: number): Promise<AuditLine[]> {
    let lines: AuditLine[] = [];
    for (let tries = 0; tries < 20; tries++) {
      lines = await auditLines(this.#gateway.proxy);
      if (lines.length >= this.#lines + wanted) break;
      await new Promise((done) => setTimeout(done, 20));
    }
    const fresh = lines.slice(this.#lines);
    this.#lines = lines.length;
    return fresh;
  }

  async forget(): Promise<void> {
    await this.executed();
    this.#lines = (await auditLines(this.#gateway.proxy)).length;
  }
}
