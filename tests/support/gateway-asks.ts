import { hostScript } from "../../components/shell/script.ts";
import { dockerOk } from "./docker.ts";
import { type RealGateway, adminHeader, masterKey } from "./gateway.ts";
import { sh } from "./shell.ts";

/** What tests ask of a real gateway, by a key's value. */
export function asks(gateway: () => RealGateway) {
  const ask = (path: string, key: string, body?: unknown) =>
    fetch(gateway().url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/json",
        Accept: "application/json, text/event-stream",
        ...(key === masterKey ? adminHeader : {}),
        // LiteLLM ends an idle connection after 5 s, and while a script runs nobody here hears it.
        Connection: "close",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    ask,

    /** Names of the models a key sees, or the status that refuses it. */
    models: async (key: string): Promise<string[] | number> => {
      const answer = await ask("/v1/models", key);
      if (!answer.ok) return answer.status;
      const { data } = (await answer.json()) as { data: { id: string }[] };
      return data.map(({ id }) => id).sort();
    },

    tools: async (key: string): Promise<string[]> => {
      const answer = await ask("/mcp/", key, { jsonrpc: "2.0", id: 1, method: "tools/list" });
      const text = await answer.text();
      const { result } = JSON.parse(text.replace(/^event: message\r?\ndata: /, "")) as {
        result?: { tools: { name: string }[] };
      };
      if (result === undefined) throw new Error(`HTTP ${answer.status}: ${text}`);
      return result.tools.map(({ name }) => name).sort();
    },

    /** A host script that administers keys. */
    admin: (script: string, body: unknown) =>
      sh(
        hostScript(script, {
          PROXY: gateway().proxy,
          DATABASE: gateway().database,
          KEYRING: "/tmp/keyring",
          NAME: "none",
          NAMES: "",
        }),
        JSON.stringify(body),
      ),

    sql: (text: string, ...args: string[]): Promise<string> =>
      dockerOk(["exec", "-i", gateway().database, "psql", "-qXAt", ...args, "-c", text]),
  };
}

/** What a script returns that says `out` and nothing else. */
export const said = (out: string) => ({ code: 0, stdout: `${out}\n`, stderr: "" });
