import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "../support/deployment.ts";
import { containers, names, plainName, settled } from "../support/docker.ts";
import { databaseTools } from "../support/mcp.ts";
import { watchProcesses } from "../support/processes.ts";
import type { Ran } from "../support/run.ts";
import { leaks, secretsOf } from "../support/secrets.ts";

/** What is deployed: name after the prefix → uid:gid. */
const services = {
  "mcp-edge": "99:99",
  "mcp-litellm-postgres": "70:70",
  "mcp-litellm-proxy": "0:0",
  "mcp-mock-model": "65534:65534",
  "mcp-postgres": "1000:1000",
  "mcp-postgres-samples": "70:70",
  "mcp-relay": "99:99",
};

const bareTools = databaseTools.map((tool) => tool.slice("db-".length));

/** Ids and start times: the same again means that nothing was touched. */
export async function identities(deployment: Deployment): Promise<string[]> {
  return (await containers(deployment.prefix)).map(
    (one) => `${one.Name} ${one.Id} ${one.State.StartedAt}`,
  );
}

/** `preview`'s operations: each kind and how often. */
export async function operations(deployment: Deployment): Promise<Record<string, number>> {
  const { steps } = JSON.parse(await deployment.must("preview", "--json", "--show-sames")) as {
    steps: { op: string }[];
  };
  const counts: Record<string, number> = {};
  for (const { op } of steps) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
}

/** `up` from nothing, and that there is nothing left to do afterwards. */
export function firstUp(deployment: () => Deployment): void {
  let ran: Ran;
  let secrets: string[];
  let processes: string;

  test("up ends well", async () => {
    const watched = watchProcesses();
    ran = await deployment().up();
    processes = await watched.end();
    expect(ran.code).toBe(0);
    secrets = await secretsOf(deployment());
    // 9 random values, 5 keys, 3 files: with fewer, the searches below would prove little.
    expect(secrets.length).toBeGreaterThanOrEqual(17);
  });

  test("what it printed holds no secret", () => {
    expect(leaks(ran.all, secrets)).toEqual([]);
    expect(ran.stdout).toMatch(/masterKey +: \[secret\]/);
    expect(ran.stdout).toMatch(/virtualKeys +: \[secret\]/);
    expect(ran.stdout).toMatch(/verificationPlan *: \[secret\]/);
  });

  test("no process that ran meanwhile had a secret among its arguments", () => {
    expect(processes).toContain("pulumi up");
    expect(processes).toContain("docker exec");
    // LiteLLM's own migration (litellm_proxy_extras/utils.py 163) and Prisma's schema engine take
    // the database's URL as an argument while the proxy starts: docs/security.md.
    const ours = processes
      .split("\n")
      .filter((line) => !/ migrate diff --(from|to)-| cli --datasource /.test(line));
    expect(leaks(ours.join("\n"), secrets)).toEqual([]);
  });

  test("outputs are complete", async () => {
    const stack = deployment();
    const outputs = await stack.outputs();
    const url = "http://mcp-relay:20828/sse";
    const identity = `mcp_postgres|${url}|sse||db`;
    expect(outputs.gatewayUrl).toBe(stack.url);
    expect(outputs.masterKey).toMatch(/^sk-[A-Za-z0-9]{40}$/);
    expect(Object.keys(outputs.virtualKeys)).toEqual([
      "claude-code",
      "open-webui",
      "reader",
      "stranger",
    ]);
    for (const key of Object.values(outputs.virtualKeys))
      expect(key).toMatch(/^sk-[A-Za-z0-9]{40}$/);
    expect(new Set([outputs.masterKey, ...Object.values(outputs.virtualKeys)]).size).toBe(5);
    expect(outputs.connectors).toEqual({
      db: {
        url,
        serverId: createHash("sha256").update(identity).digest("hex").slice(0, 32),
        transport: "sse",
        hostPort: stack.connectorPort,
      },
    });
    expect(outputs.accessMatrix).toEqual({
      "claude-code": { db: bareTools },
      "open-webui": { db: bareTools },
      reader: { db: ["list_schemas"] },
      stranger: {},
    });
    const checks = outputs.verification.split("\n");
    expect(checks.filter((line) => !line.startsWith("ok "))).toEqual([]);
    expect(checks).toHaveLength(19);
  });

  test("the containers, the networks and the volume are there, and nothing else", async () => {
    const { prefix, network, volume, gatewayPort, connectorPort } = deployment();
    const made = await settled(prefix);
    expect(made.map((one) => [plainName(prefix, one.Name), one.Config.User])).toEqual(
      Object.entries(services),
    );
    expect(new Set(made.map((one) => one.State.Health?.Status))).toEqual(new Set(["healthy"]));
    expect(new Set(made.map((one) => one.Config.Labels["com.docker.compose.project"]))).toEqual(
      new Set(["mcp-gateway"]),
    );
    expect(await names("network", prefix)).toEqual([
      network,
      `${network}-c-postgres`,
      `${network}-inner`,
    ]);
    expect(await names("volume", prefix)).toEqual([volume]);
    const ports = made.flatMap((one) => Object.values(one.HostConfig.PortBindings).flat());
    expect(ports).toHaveLength(2);
    expect(ports).toEqual(
      expect.arrayContaining([
        { HostIp: "127.0.0.1", HostPort: String(gatewayPort) },
        { HostIp: "127.0.0.1", HostPort: String(connectorPort) },
      ]),
    );
  });

  test("secrets files belong to the reader alone", () => {
    const directory = join(deployment().directory, ".gateway", "secrets");
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const { mode, uid, gid } = statSync(join(entry.parentPath, entry.name));
        const place = join(entry.parentPath, entry.name).slice(directory.length + 1);
        return `${place} ${(mode & 0o777).toString(8)} ${uid}:${gid}`;
      });
    const kept = (name: string): string => `keyring/${name} 600 0:0`;
    expect(files.sort()).toEqual([
      ...["key-claude-code", "key-open-webui", "key-reader", "key-stranger"].map(kept),
      ...["master-key", "salt-key"].map(kept),
      "mcp-postgres-samples/password 600 70:70",
      "mcp-postgres-samples/samples.sql 600 70:70",
      "mcp-postgres/connector.env 600 1000:1000",
      "postgres/password 600 70:70",
      "proxy/proxy.env 600 0:0",
    ]);
    for (const entry of readdirSync(directory))
      expect(statSync(join(directory, entry)).mode & 0o777).toBe(0o700);
  });

  test("a second up changes nothing", async () => {
    const stack = deployment();
    const before = await identities(stack);
    const planned = await operations(stack);
    expect(Object.keys(planned)).toEqual(["same"]);
    expect(planned["same"]).toBeGreaterThan(40);
    const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/Resources:\s+\d+ unchanged\n/);
    expect(await identities(stack)).toEqual(before);
  });

  test("refresh finds no drift", async () => {
    const ran = await deployment().pulumi([
      "refresh",
      "--yes",
      "--skip-preview",
      "--expect-no-changes",
    ]);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(Object.keys(await operations(deployment()))).toEqual(["same"]);
  });
}
