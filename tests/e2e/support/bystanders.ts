import { readFileSync } from "node:fs";
import { image } from "../../support/docker.ts";
import { inCheckout } from "../../support/paths.ts";
import { testLabel } from "./docker.ts";
import { output, run } from "./run.ts";

/** What the catalogue's connectors are connected to: servers that are no part of the gateway. */
export interface Bystanders {
  /** A network that everything here is on. */
  readonly network: string;
  readonly databaseUri: string;
  readonly n8nUrl: string;
  readonly monitorUrl: string;
}

/** A little of n8n's public API: enough for its MCP server to say that it works. */
const n8nApi = `
import http.server, json, sys
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.headers.get("X-N8N-API-KEY") == sys.argv[1]
        body = {"status": "ok"} if self.path == "/healthz" else {"data": [{"id": "w1", "name": "Night shift", "active": True, "nodes": [], "connections": {}, "tags": [], "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z", "isArchived": False}], "nextCursor": None}
        self.send_response(200 if known or self.path == "/healthz" else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body if known or self.path == "/healthz" else {"message": "unauthorized"}).encode())
http.server.ThreadingHTTPServer(("0.0.0.0", 5678), Api).serve_forever()
`;

/** Two pages: one that may be fetched. */
const pages = `
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path != "/robots.txt" else 404)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"a page of the wide world")
http.server.ThreadingHTTPServer(("0.0.0.0", 80), Page).serve_forever()
`;

const tokenProxy = (token: string, server: string): string => `
defaults
  mode http
  timeout connect 2s
  timeout client 1m
  timeout server 1m
resolvers docker
  nameserver dns 127.0.0.11:53
listen monitor
  bind :3000
  http-request return status 401 unless { req.hdr(authorization) -m str "Bearer ${token}" }
  server mcp ${server}:8080 resolvers docker init-addr none
`;

async function start(
  prefix: string,
  name: string,
  network: string,
  args: readonly string[],
): Promise<string> {
  const container = `${prefix}${name}`;
  await output("docker", [
    "run",
    "-d",
    "--name",
    container,
    "--label",
    testLabel,
    "--network",
    network,
    "--memory",
    "512m",
    ...args,
  ]);
  return container;
}

/** The timescaledb image is for the tests alone: nothing of the product refers to it. */
async function timescaleImage(): Promise<string> {
  return (await output("bash", [inCheckout("lab/images/build"), "ensure", "timescaledb"])).trim();
}

async function ready(container: string, sql: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const args = ["exec", container, "psql", "-h", "127.0.0.1", "-U", "postgres", "-v"];
    const ran = await run("docker", [...args, "ON_ERROR_STOP=1", "-c", sql]);
    if (ran.code === 0) return;
    if (tries === 119) throw new Error(ran.all);
    await new Promise((done) => setTimeout(done, 500));
  }
}

/**
 * @param secrets words that the servers ask for
 * @param wide a network whose addresses are none of the private ones: the internet of the tests
 */
export async function startBystanders(
  prefix: string,
  secrets: { readonly database: string; readonly n8n: string; readonly monitor: string },
  wide: string,
): Promise<Bystanders> {
  const network = `${prefix}outside`;
  await output("docker", ["network", "create", "--label", testLabel, network]);
  await output("docker", [
    "network",
    "create",
    "--label",
    testLabel,
    "--subnet",
    "44.128.77.0/24",
    wide,
  ]);
  const python = image("python:3.13-alpine");
  const [database] = await Promise.all([
    start(prefix, "timescale", network, [
      "-e",
      `POSTGRES_PASSWORD=${secrets.database}`,
      "-e",
      "TS_TUNE_MEMORY=256MB",
      await timescaleImage(),
    ]),
    start(prefix, "n8n-api", network, [python, "python3", "-c", n8nApi, secrets.n8n]),
    start(prefix, "pages", wide, [
      "--network-alias",
      "pages.example",
      python,
      "python3",
      "-c",
      pages,
    ]),
    // mcp-server-fetch behind mcp-proxy, and before both a proxy that asks for a token.
    start(prefix, "monitor-server", wide, [
      image("mcp-gateway/fetch:2026.10.24"),
      "mcp-proxy",
      "--host",
      "0.0.0.0",
      "--port",
      "8080",
      "--stateless",
      "--",
      "/opt/fetch/bin/mcp-server-fetch",
    ]),
    start(prefix, "monitor", network, [
      "--entrypoint",
      "sh",
      image("haproxy:3.0-alpine"),
      "-c",
      `printf '%s' "$0" >/tmp/h.cfg; sleep 3; exec haproxy -db -f /tmp/h.cfg`,
      tokenProxy(secrets.monitor, `${prefix}monitor-server`),
    ]),
  ]);
  await output("docker", ["network", "connect", wide, `${prefix}monitor`]);
  await ready(
    database,
    "CREATE EXTENSION IF NOT EXISTS timescaledb; CREATE TABLE IF NOT EXISTS heat (at timestamptz NOT NULL, celsius float); SELECT create_hypertable('heat', 'at', if_not_exists => true); INSERT INTO heat SELECT '2026-01-01'::timestamptz + i * interval '1 hour', i FROM generate_series(0, 47) i",
  );
  return {
    network,
    databaseUri: `postgresql://postgres:${secrets.database}@${prefix}timescale:5432/postgres`,
    n8nUrl: `http://${prefix}n8n-api:5678`,
    monitorUrl: `http://${prefix}monitor:3000/mcp`,
  };
}

export const toolServer = readFileSync(inCheckout("tests/support/tool-server.py"), "utf8");
