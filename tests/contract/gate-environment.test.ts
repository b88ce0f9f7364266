import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../components/shell/shell.ts";
import { exampleConfig, modelOf } from "../support/config.ts";
import * as docker from "../support/docker.ts";
import { pythonInLitellm } from "../support/litellm-python.ts";
import { type RealGateway, realGateway } from "../support/gateway.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(200_000);

docker.describeWithDocker("the start's secrets, in LiteLLM's image", () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });

  it("are gone from the environment, and given to who needs them later", async () => {
    const secrets = {
      DATABASE_URL: "postgresql://u:p@h/d",
      LITELLM_MASTER_KEY: "sk-1",
      WORD: 'it\'s "x"',
      LITELLM_SALT_KEY: "sk-salt",
      MCP_GATEWAY_ADMIN_SECRET: "never",
    };
    writeFileSync(join(place.path, "secrets"), envFile(secrets));
    const ran = await pythonInLitellm(
      `import gate_environment as g
g.load()
names = ["DATABASE_URL", "LITELLM_MASTER_KEY", "LITELLM_SALT_KEY", "WORD", "MCP_GATEWAY_ADMIN_SECRET"]
seen = [{name: os.environ.get(name) for name in names}]
g.remember()
os.environ["DATABASE_URL"] += "?connection_limit=1"
g.scrub()
seen.append({name: os.environ.get(name) for name in names})
from litellm.proxy.common_utils.encrypt_decrypt_utils import decrypt_value_helper, encrypt_value_helper
from litellm.proxy import proxy_server
proxy_server.master_key = "sk-other"
from prisma import Prisma
print(json.dumps([*seen, Prisma()._datasource, decrypt_value_helper(encrypt_value_helper("v", "sk-salt"), "k")]))`,
      ["--volume", `${place.path}/secrets:/run/secrets/mcp-gateway.env:ro`],
    );
    expect(ran.stderr).toBe("");
    expect(JSON.parse(ran.stdout)).toEqual([
      { ...secrets, MCP_GATEWAY_ADMIN_SECRET: null },
      {
        DATABASE_URL: "removed-after-the-start",
        LITELLM_MASTER_KEY: null,
        LITELLM_SALT_KEY: null,
        WORD: null,
        MCP_GATEWAY_ADMIN_SECRET: null,
      },
      { url: "postgresql://u:p@h/d?connection_limit=1" },
      "v",
    ]);
  });
});

docker.describeWithDocker("LiteLLM's routes", () => {
  it("are one mount for MCP that no route before it takes a path from", async () => {
    const ran = await pythonInLitellm(
      `from starlette.routing import Match
from litellm.proxy.proxy_server import app
from serve import mcp_first
def takers(path):
    scope = {"type": "http", "method": "POST", "path": path, "headers": []}
    return [route.path for route in app.router.routes if route.matches(scope)[0] != Match.NONE]
paths = ["/mcp", "/mcp/", "/mcp/db", "/mcp/db,notes/"]
before = [takers(path) for path in paths]
mcp_first(app)
print(json.dumps([before, [takers(path) for path in paths], app.router.routes[0].path]))`,
      ["--env", "LITELLM_MASTER_KEY=sk-1"],
    );
    const takers = [[], ["/mcp"], ["/mcp"], ["/mcp"]];
    expect(JSON.parse(ran.stdout.split("\n").at(-2) ?? "")).toEqual([takers, takers, "/mcp"]);
  });
});

docker.describeWithDocker("a proxy that has lost its database", () => {
  let gateway: RealGateway;
  let url: string;
  beforeAll(async () => {
    gateway = await realGateway(modelOf(exampleConfig()));
    url = gateway.url;
  }, 240_000);
  afterAll(async () => {
    await (gateway as RealGateway | undefined)?.remove();
  }, 60_000);

  const readiness = async () => {
    const answer = await fetch(`${url}/health/readiness`);
    return [answer.status, await answer.json()];
  };
  const until = async (what: () => Promise<boolean>, seconds: number) => {
    const end = Date.now() + seconds * 1000;
    while (!(await what())) {
      if (Date.now() > end) throw new Error(`not within ${seconds} s`);
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  const log = async () => (await docker.docker(["logs", gateway.proxy])).stdout;

  it("was started with none of them: what a process begins with stays readable", async () => {
    const [names, own] = [
      await docker.dockerOk(["exec", gateway.proxy, "sh", "-c", "tr '\\0' '\\n' </proc/1/environ"]),
      await docker.dockerOk(["exec", gateway.proxy, "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline"]),
    ];
    expect(own).toContain("serve.py");
    expect(names.split("\n").filter((line) => /SALT|MASTER|DATABASE|SECRET/.test(line))).toEqual(
      [],
    );
  });

  const restarting = '{"gate": "health", "state": "restarting"}';
  const gone = async () =>
    (await docker.dockerOk(["inspect", "-f", "{{.State.Running}}", gateway.proxy])) === "false";

  it("does not wait for a query engine that has ended", async () => {
    await docker.dockerOk([
      "exec",
      gateway.proxy,
      "sh",
      "-c",
      "for at in /proc/[0-9]*; do if tr '\\0' ' ' <$at/cmdline | grep -q 'query-[e]ngine'; then kill -9 ${at#/proc/}; fi; done",
    ]);
    await until(gone, 25);
    const lines = (await log()).split("\n").filter((line) => line.includes('"gate": "health"'));
    expect(lines).toEqual([
      '{"gate": "health", "state": "not serving", "reason": "the database does not answer: EngineGone"}',
      restarting,
    ]);
    await docker.dockerOk(["start", gateway.proxy]);
    url = `http://${await docker.dockerOk(["port", gateway.proxy, "4000/tcp"])}`;
    await until(async () => (await readiness().catch(() => [0]))[0] === 200, 90);
  });

  it("says so, comes back by itself when the database does, and leaves when it does not", async () => {
    expect(await readiness()).toEqual([200, { status: "healthy", db: "connected" }]);
    await docker.dockerOk(["pause", gateway.database]);
    await until(async () => (await readiness())[0] === 503, 30);
    expect(await readiness()).toEqual([
      503,
      { status: "not serving", reason: "the database does not answer" },
    ]);
    await docker.dockerOk(["unpause", gateway.database]);
    await until(async () => (await readiness())[0] === 200, 30);
    await docker.dockerOk(["kill", gateway.database]);
    await until(gone, 120);
    expect(await log()).toContain(restarting);
  });
});
