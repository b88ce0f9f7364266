import { z } from "zod";
import { type AttackKey, type Kind, type KnownKey, type Scene, bearer, post } from "./attack.ts";
import { rpcOf } from "./sees.ts";
import { send } from "./wire.ts";

/** The row of a key as the gateway tells it: what was given is not asked for. */
export async function asShown(url: URL, key: KnownKey): Promise<AttackKey> {
  const models = await send(url, { method: "GET", path: "/v1/models", headers: bearer(key.value) });
  const listed = await send(
    url,
    post(
      { authorization: bearer(key.value) },
      "/mcp/",
      { jsonrpc: "2.0", id: 1, method: "tools/list" },
      { Accept: "application/json, text/event-stream" },
    ),
  );
  return {
    ...key,
    models: key.models ?? modelsIn(models.body),
    tools: key.tools ?? toolsIn(listed.body),
  };
}

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });
const toolList = z.object({ tools: z.array(z.object({ name: z.string() })) });

export function modelsIn(body: string): readonly string[] {
  try {
    const { data } = modelList.parse(JSON.parse(body));
    // What stands for no model at all is no model.
    return data.map(({ id }) => id).filter((id) => !/^__.*__$/.test(id));
  } catch {
    return [];
  }
}

export function toolsIn(body: string): readonly string[] {
  const parsed = toolList.safeParse(rpcOf(body)?.result);
  return parsed.success ? parsed.data.tools.map(({ name }) => name) : [];
}

/** Which key stands for which kind: each key once, a kind without a key not at all. */
export function cast(keys: readonly AttackKey[]): ReadonlyMap<Kind, AttackKey> {
  const chosen = new Map<Kind, AttackKey>();
  const byTools = [...keys].sort((a, b) => a.tools.length - b.tools.length);
  const free = (key: AttackKey): boolean => ![...chosen.values()].includes(key);
  const take = (kind: Kind, key: AttackKey | undefined): void => {
    if (key !== undefined) chosen.set(kind, key);
  };
  take(
    "narrow",
    byTools.find(({ models, tools }) => models.length === 0 && tools.length > 0) ??
      byTools.find(({ models }) => models.length === 0),
  );
  take(
    "model",
    byTools.findLast((key) => key.models.length > 0 && free(key)),
  );
  const outside = (key: AttackKey): boolean => foreign(keys, key, "tools") !== undefined;
  take("other", byTools.find((key) => free(key) && outside(key)) ?? byTools.find(free));
  return chosen;
}

const harmless = /^(list|get|read|search|find|describe|show|ping|echo)/;

/** Something that another key has and this one has not; of tools, one that reads if there is one. */
export function foreign(
  keys: readonly AttackKey[],
  key: AttackKey | undefined,
  what: "tools" | "models",
): string | undefined {
  const own = new Set(key?.[what] ?? []);
  const others = keys.flatMap((one) => one[what]).filter((name) => !own.has(name));
  return others.find((name) => harmless.test(name.slice(name.indexOf("-") + 1))) ?? others[0];
}

export const garbage = `sk-${"0".repeat(40)}`;

/** A scene without the try's own mark and listener. */
export function sceneOf(
  url: URL,
  kind: Kind,
  keys: readonly AttackKey[],
  chosen: ReadonlyMap<Kind, AttackKey>,
): Omit<Scene, "mark" | "listener"> {
  const key = chosen.get(kind);
  const value = key?.value ?? (kind === "garbage" ? garbage : undefined);
  const known = key?.models[0] ?? keys.flatMap(({ models }) => models)[0] ?? "gpt-4o";
  return {
    kind,
    authorization: value === undefined ? {} : bearer(value),
    key,
    model: known,
    mayAsk: key?.models.includes(known) === true,
    foreignModel: foreign(keys, key, "models"),
    foreignTool: foreign(keys, key, "tools"),
    victim: keys.find((one) => one !== key && one.models.includes(known)),
    host: url.host,
  };
}
