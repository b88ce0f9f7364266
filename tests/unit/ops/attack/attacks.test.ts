import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { bodies } from "../../../../ops/attack/bodies.ts";
import { bodyEncodings } from "../../../../ops/attack/encodings.ts";
import { headerAttacks } from "../../../../ops/attack/headers.ts";
import { limitAttacks } from "../../../../ops/attack/limits.ts";
import { type Listener, listen } from "../../../../ops/attack/listener.ts";
import { routeAttacks } from "../../../../ops/attack/routes.ts";
import { Attacker, rowsOf } from "../../../../ops/attack/run.ts";
import { cast, sceneOf } from "../../../../ops/attack/scene.ts";
import { toolAttacks } from "../../../../ops/attack/tools.ts";

const attacks = [bodies, bodyEncodings, headerAttacks, toolAttacks, routeAttacks, limitAttacks];
const key = { name: "a", value: "sk-a", tools: ["db-x"], models: ["m"] };
const keys = [key, { name: "b", value: "sk-b", tools: ["files-y"], models: ["m"] }];

test("each attack has an id of its own, and each of its tries a name of its own", () => {
  const ids = attacks.flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, tries } of attacks.flat()) {
    const names = tries.map(({ name }) => name);
    expect([id, new Set(names).size]).toEqual([id, names.length]);
  }
});

describe("a gateway that", () => {
  let server: Server | undefined;
  let listener: Listener;
  beforeEach(async () => {
    listener = await listen();
  });
  afterEach(() => {
    listener.close();
    server?.close();
  });

  async function against(behave: (body: string) => Promise<number>): Promise<string> {
    const gateway = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        void behave(body).then((status) => response.writeHead(status).end("{}"));
      });
    });
    server = gateway;
    await new Promise<void>((done) => gateway.listen(0, "127.0.0.1", done));
    const url = new URL(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    const local = { ...listener, bases: [`http://127.0.0.1:${listener.port}`] };
    const guarded = { secrets: {}, own: [] };
    const until = Date.now() + 60_000;
    const run = { url, guarded, until, listener: local, masterKey: undefined };
    const attacker = new Attacker(run, sceneOf(url, "model", keys, cast(keys)));
    const chosen = bodies.filter(({ id }) => id === "s1-user-config" || id === "s2-planted");
    const rows = await rowsOf(chosen, [["model", attacker]], () => undefined);
    return rows.map(({ id, cells }) => `${id} ${cells[0]?.verdict ?? ""}`).join(", ");
  }

  const leakRows =
    "leak-secret refused, leak-header refused, leak-body refused, leak-trace refused";

  test("refuses lets nothing be reached", async () => {
    expect(await against(() => Promise.resolve(400))).toBe(
      `s1-user-config refused, s2-planted refused, ${leakRows}`,
    );
  });

  test("drops what it does not know has no effect to show", async () => {
    expect(await against(() => Promise.resolve(200))).toBe(
      `s1-user-config no effect, s2-planted no effect, ${leakRows}`,
    );
  });

  test("goes where a body says, and keeps the address for others, is seen to", async () => {
    let planted = "";
    const found = await against(async (body) => {
      planted = /http:[^"]+/.exec(body)?.[0] ?? planted;
      if (planted !== "") await fetch(planted, { method: "POST", body });
      return 200;
    });
    expect(found).toBe(`s1-user-config reached, s2-planted reached, ${leakRows}`);
  });
});
