import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lookAtNeighbours } from "../../support/second-host/neighbours.ts";
import type { Outputs } from "../support/deployment.ts";
import { plainName } from "../support/docker.ts";
import { bearer, send } from "../support/http.ts";
import type { Lan } from "../support/lan.ts";
import { start } from "../support/run.ts";

/** The containers of the stack, and what the LAN may reach of them. */
export const services = {
  "mcp-edge": "0.0.0.0:4000->4000/tcp",
  "mcp-litellm-postgres": "",
  "mcp-litellm-proxy": "",
  "mcp-mock-model": "",
  "mcp-postgres": "8000/tcp",
  "mcp-relay": "",
};

/** Container → published ports, once none is starting: Docker 20.10 looks after 30 s first. */
export async function deployed(lan: Lan): Promise<Record<string, string>> {
  const ours = "docker ps --filter label=com.docker.compose.project=mcp-gateway --filter health";
  const text = await lan.host.shell(
    `timeout 60 sh -c 'while ${ours}=starting -q | grep -q .; do sleep 0.5; done' && ${ours}=healthy --format '{{.Names}}={{.Ports}}' | sort`,
  );
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split("="))
      .map(([name = "", ports = ""]) => [plainName("", name), ports]),
  );
}

/** An answer of the gateway to another machine of the LAN. */
export async function ask(lan: Lan, path: string, key = ""): Promise<number> {
  const headers = { Host: "linuxserver.lan:4000", ...(key === "" ? {} : bearer(key)) };
  return (await send(`http://${lan.host.address}:4000`, "GET", path, headers)).status;
}

export async function outputs(lan: Lan): Promise<Outputs> {
  return JSON.parse(await lan.must("stack", "output", "--json", "--show-secrets")) as Outputs;
}

/** SSH logins that the host has seen. */
const logins = async (lan: Lan): Promise<number> =>
  Number(
    await lan.host.shell(
      "grep -c 'Accepted publickey for administrator' /var/log/sshd.log || true",
    ),
  );

/** From nothing to a tool call, and nothing left to do. */
export function lanUp(lan: () => Lan): void {
  let neighbours: string;

  test("preview looks in one connection, and quickly", async () => {
    neighbours = await lookAtNeighbours(lan().host);
    await lan().endSharedConnection();
    const before = await logins(lan());
    const began = performance.now();
    const ran = await lan().run("node", ["ops/preview.ts"]);
    console.log(`preview over SSH: ${Math.round(performance.now() - began)} ms`);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect((await logins(lan())) - before).toBe(1);
    expect(await lookAtNeighbours(lan().host)).toBe(neighbours);
  });

  test("up ends well, verified by name from the other machine", async () => {
    const text = await lan().up();
    expect(text).not.toMatch(/error/);
    const { gatewayUrl, verification } = await outputs(lan());
    expect(gatewayUrl).toBe("http://linuxserver.lan:4000");
    const checks = verification.split("\n");
    expect(checks.filter((line) => !line.startsWith("ok "))).toEqual([]);
    expect(checks.length).toBeGreaterThan(10);
    expect(await deployed(lan())).toEqual(services);
  });

  test("another machine of the LAN calls a tool, and reaches nothing but the edge", async () => {
    const called = await lan().run("node", ["ops/call.ts"]);
    expect([called.code, called.stderr]).toEqual([0, ""]);
    expect(called.stdout).toContain("public");
    const key = (await outputs(lan())).virtualKeys["claude-code"] ?? "";
    expect([await ask(lan(), "/v1/models"), await ask(lan(), "/v1/models", key)]).toEqual([
      401, 200,
    ]);
    await expect(send(`http://${lan().host.address}:48010`, "GET", "/sse")).rejects.toThrow(
      "ECONNREFUSED",
    );
  });

  test("secrets are for their readers alone, and files are the administrator's", async () => {
    const text = await lan().host.shell(
      "find /home/administrator/secrets -printf '%M %u:%g %p\\n' | sort -k3 | sed 's|/home/administrator/secrets||'",
    );
    expect(text.trim().split("\n")).toEqual([
      "drwx------ administrator:administrator ",
      "drwx------ administrator:administrator /mcp-gateway",
      "drwx------ administrator:administrator /mcp-gateway/keyring",
      ...["claude-code", "codex-cli", "gemini-cli", "open-webui", "vscode"].map(
        (key) => `-rw------- administrator:administrator /mcp-gateway/keyring/key-${key}`,
      ),
      "-rw------- administrator:administrator /mcp-gateway/keyring/master-key",
      "-rw------- administrator:administrator /mcp-gateway/keyring/salt-key",
      "drwx------ administrator:administrator /mcp-gateway/mcp-postgres",
      expect.stringMatching(/^-rw------- \S+:\S+ \/mcp-gateway\/mcp-postgres\/connector\.env$/),
      "drwx------ administrator:administrator /mcp-gateway/postgres",
      expect.stringMatching(/^-rw------- \S+:\S+ \/mcp-gateway\/postgres\/password$/),
      "drwx------ administrator:administrator /mcp-gateway/proxy",
      "-rw------- root:root /mcp-gateway/proxy/proxy.env",
    ]);
  });

  test("a second up changes nothing", async () => {
    await lan().must("up", "--yes", "--skip-preview", "--expect-no-changes");
  });

  test("another SSH key runs nothing again, and is the one in use from then on", async () => {
    const { host } = lan();
    const { hostKey, privateKeyFile, otherKeyFile } = host;
    host.authorize("administrator", otherKeyFile);
    // The connection of the run before is still open for a while, by the key before.
    await lan().endSharedConnection();
    expect((await lan().pulumi(["preview"])).all).toContain("does not let administrator in");
    lan().configure({ ssh: { hostKey, privateKeyFile: otherKeyFile } });
    await lan().must("up", "--yes", "--skip-preview", "--expect-no-changes");
    host.authorize("administrator", privateKeyFile);
    lan().configure({});
    await lan().must("up", "--yes", "--skip-preview", "--expect-no-changes");
  });

  test("the agent's key does as well", async () => {
    const socket = join(lan().directory, "agent");
    const agent = start("ssh-agent", ["-D", "-a", socket]);
    try {
      while (!existsSync(socket)) await new Promise((done) => setTimeout(done, 20));
      const env = { SSH_AUTH_SOCK: socket };
      lan().configure({ ssh: { hostKey: lan().host.hostKey } });
      await lan().endSharedConnection();
      const none = await lan().pulumi(["preview"], env);
      expect(none.all).toContain("does not let administrator in with any key of the SSH agent");
      expect((await lan().run("ssh-add", ["-q", lan().host.privateKeyFile], env)).code).toBe(0);
      const ran = await lan().pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"], env);
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
    } finally {
      agent.process.kill();
      await agent.ended;
      lan().configure({});
    }
  });

  test("a fresh checkout reaches the host before the program has run in it", async () => {
    await lan().endSharedConnection();
    rmSync(join(lan().directory, ".gateway"), { recursive: true });
    const lost = await lan().pulumi(["refresh", "--yes", "--skip-preview"]);
    expect(lost.code).not.toBe(0);
    const made = await lan().run("bash", [join("ops", "stack.sh")]);
    expect([made.code, made.all]).toEqual([0, ""]);
    await lan().must("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  });

  test("no private key is in the state", async () => {
    const state = await lan().must("stack", "export", "--show-secrets");
    expect(state).not.toContain("PRIVATE KEY");
    const body = readFileSync(lan().host.privateKeyFile, "utf8").split("\n")[1] ?? "";
    expect(body.length).toBeGreaterThan(40);
    expect(state).not.toContain(body);
  });

  test("a resource that forgets its provider is an error", async () => {
    const program = join(lan().directory, "index.ts");
    rmSync(program);
    writeFileSync(
      program,
      'import * as docker from "@pulumi/docker";\nnew docker.Network("forgotten", { name: "forgotten" });\n',
    );
    const ran = await lan().pulumi(["preview"]);
    lan().linkProgram();
    expect(ran.code).not.toBe(0);
    expect(ran.all).toMatch(/Default provider for 'docker' disabled/);
  });

  test("the neighbours are as they were, and this machine was left alone", async () => {
    expect(await lookAtNeighbours(lan().host)).toBe(neighbours);
    expect(lan().wrongCalls()).toBe("");
    expect(existsSync("/home/administrator")).toBe(false);
  });
}
