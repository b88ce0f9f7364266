import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deployment } from "../e2e/support/deployment.ts";
import { logs, testLabel } from "../e2e/support/docker.ts";
import { bearer, send } from "../e2e/support/http.ts";
import { output } from "../e2e/support/run.ts";
import { image, images } from "../support/docker.ts";
import { checkout } from "../support/paths.ts";

jest.setTimeout(360_000);

const prefix = "heavytr-";
const network = `${prefix}traefik-proxy`;
const container = `${prefix}traefik`;
const address = "172.29.77.2";
const host = "litellm.linuxserver.lan";
const files = mkdtempSync(join(tmpdir(), "mcp-gateway-traefik-"));

/** A middleware such as the one of an OAuth proxy; what it did is seen in the answer. */
const dynamic = `
http:
  middlewares:
    gate:
      headers:
        customResponseHeaders:
          X-Gate: passed
`;

let stack: Deployment;

const traefik = (path: string, ...more: string[]) =>
  output("curl", [
    "-sk",
    "--max-time",
    "20",
    "--resolve",
    `${host}:8443:${address}`,
    "-i",
    ...more,
    `https://${host}:8443${path}`,
  ]);
const routers = async (): Promise<string[]> => {
  const text = await output("curl", ["-s", `http://${address}:8080/api/http/routers`]);
  return (JSON.parse(text) as { name: string; provider: string }[])
    .filter(({ provider }) => provider === "docker")
    .map(({ name }) => name);
};
/** Traefik follows the engine's events; what it makes of them takes it a moment. */
async function settled(wanted: readonly string[]): Promise<string[]> {
  const end = Date.now() + 15_000;
  let seen = await routers();
  while (seen.join() !== wanted.join() && Date.now() < end) {
    await new Promise((done) => setTimeout(done, 250));
    seen = await routers();
  }
  return seen;
}

interface Answered {
  readonly client: string;
  readonly path: string;
  readonly status: number;
}
/**
 * What the edge's access log has of answers with 200, once the last of them is of this path: Docker
 * reads a container's log through a pipe, a moment after the client has its answer.
 */
async function answeredUpTo(path: string): Promise<Answered[]> {
  const end = Date.now() + 15_000;
  for (;;) {
    const [log] = await logs(`${prefix}mcp-edge`);
    // HAProxy's own words about its server are no access lines.
    const lines = log.split("\n").filter((line) => line.includes('"method"'));
    const entries = lines.map((line) => JSON.parse(line) as Answered);
    const answered = entries.filter(({ status }) => status === 200);
    if (answered.at(-1)?.path === path) return answered;
    if (Date.now() > end) throw new Error(`no ${path} at the end of the log:\n${log.slice(-2000)}`);
    await new Promise((done) => setTimeout(done, 250));
  }
}

beforeAll(async () => {
  stack = await Deployment.create(prefix);
  writeFileSync(join(files, "dynamic.yaml"), dynamic);
  await output("docker", [
    "network",
    "create",
    "--label",
    testLabel,
    "--subnet",
    "172.29.77.0/24",
    network,
  ]);
  await output("docker", [
    "run",
    "--detach",
    "--name",
    container,
    "--label",
    testLabel,
    "--network",
    network,
    "--ip",
    address,
    "--volume",
    `${join(checkout, ".lab", "bin", "traefik")}:/traefik:ro`,
    "--volume",
    "/var/run/docker.sock:/var/run/docker.sock:ro",
    "--volume",
    `${files}:/conf:ro`,
    image(images.python),
    "/traefik",
    "--api.insecure=true",
    "--ping=true",
    "--entrypoints.websecure.address=:8443",
    "--providers.docker=true",
    // Other containers of this machine are none of its business.
    "--providers.docker.exposedbydefault=false",
    "--providers.file.filename=/conf/dynamic.yaml",
  ]);
});

afterAll(async () => {
  // Traefik and its network as well: they have the prefix and the tests' label.
  await (stack as Deployment | undefined)?.remove();
  rmSync(files, { recursive: true });
});

test("off, Traefik knows nothing of the gateway", async () => {
  await stack.up();
  expect(await settled([])).toEqual([]);
  expect(await traefik("/health/liveliness")).toMatch(/^HTTP\/2 404 /);
  const edge = await output("docker", ["inspect", `${prefix}mcp-edge`]);
  expect(edge).not.toContain("traefik");
});

test("on, its host name leads through Traefik and its middlewares to the edge", async () => {
  stack.configure({
    ingress: { traefik: { host, network, middlewares: ["gate@file"] } },
    edge: { ...stack.initialConfig().edge, trustedProxies: [`${address}/32`] },
  });
  await stack.up();
  const name = `${prefix}mcp-gateway@docker`;
  expect(await settled([name])).toEqual([name]);
  const alive = await traefik("/health/liveliness");
  expect(alive).toMatch(/^HTTP\/2 200 /);
  expect(alive).toMatch(/^x-gate: passed/m);
});

test("a key is needed, and with one a tool is called", async () => {
  expect(await traefik("/v1/models")).toMatch(/^HTTP\/2 401 /);
  expect(await traefik("/mcp-rest/tools/list")).toMatch(/^HTTP\/2 404 /);
  const body = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name: "db-execute_sql",
      arguments: { sql: "SELECT name FROM planets WHERE moons > 90 ORDER BY 1" },
    },
  };
  const answer = await traefik(
    "/mcp/",
    "-H",
    `Authorization: Bearer ${await stack.key("claude-code")}`,
    "-H",
    "Content-Type: application/json",
    "-H",
    "Accept: application/json, text/event-stream",
    "-d",
    JSON.stringify(body),
  );
  expect(answer).toMatch(/^HTTP\/2 200 /);
  expect(answer).toContain("Jupiter");
  expect(answer).toContain("Saturn");
});

test("the edge sees the clients' address, not Traefik's, and believes nobody else", async () => {
  const forged = { "X-Forwarded-For": "10.9.9.9", ...bearer(await stack.key("claude-code")) };
  expect((await send(stack.url, "GET", "/v1/models", forged)).status).toBe(200);
  const answered = await answeredUpTo("/v1/models");
  expect(answered.map(({ client }) => client)).not.toContain("10.9.9.9");
  const clients = answered.filter(({ path }) => path === "/mcp/").map(({ client }) => client);
  expect(clients.at(-1)).toBe("172.29.77.1");
  expect(clients).not.toContain(address);
});

test("off again, the router is gone and the edge has left the network", async () => {
  stack.configure({ ingress: {}, edge: stack.initialConfig().edge });
  await stack.up();
  expect(await settled([])).toEqual([]);
  expect(await traefik("/health/liveliness")).toMatch(/^HTTP\/2 404 /);
  expect(await output("docker", ["network", "inspect", network])).not.toContain("mcp-edge");
  const again = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
  expect([again.code, again.stderr]).toEqual([0, ""]);
});
