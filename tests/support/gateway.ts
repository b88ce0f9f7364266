import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleUri } from "../../components/database/sample-data.ts";
import { databaseUri, setupSql } from "../../components/database/setup-sql.ts";
import { litellmConfig } from "../../components/litellm/config-file.ts";
import { proxyVariables } from "../../components/litellm/egress.ts";
import { type GuardRow, guardPolicy, locksOf } from "../../components/litellm/guard-policy.ts";
import { proxyFiles } from "../../components/litellm/proxy.ts";
import { rootFileSystemOf } from "../../components/litellm/root-file-system.ts";
import { rootsFile } from "../../components/litellm/roots.ts";
import { proxyEnvFile } from "../../components/litellm/secrets.ts";
import { relayFiles, upstreams } from "../../components/relay/relay-config.ts";
import { hostScript } from "../../components/shell/script.ts";
import { squidPort } from "../../components/squid/squid-config.ts";
import type { GatewayModel } from "../../config/model.ts";
import { readToolsLock } from "../../config/read.ts";
import { type Closed, startEgress, startFront } from "./closed-network.ts";
import * as docker from "./docker.ts";
import { reader, startSamples } from "./samples.ts";
import { scratch, sh } from "./shell.ts";

export const masterKey = `sk-${"x".repeat(40)}`;
/** What the gate asks for before a route that is no client's. */
export const adminHeader = { "X-MCP-Gateway-Admin": "a".repeat(40) };
/** What the relay knows LiteLLM by. */
export const relaySecret = "z".repeat(48);
const passwords = { litellm: "example1" };

/** Stands in for a model provider: answers with the credentials that it was asked with. */
const provider = `
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
exec(open("/srv/server.py").read().partition("if __name__")[0])
class Provider(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = ("say", self.path + " " + self.headers.get("Authorization", "nothing"))
        data = json.dumps(chat_answer("gpt-4o", said)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
threading.Thread(target=ThreadingHTTPServer(("0.0.0.0", 8080), Provider).serve_forever).start()
ThreadingHTTPServer(("0.0.0.0", PORT), Handler).serve_forever()
`;

/** The rendered files of a model on the real programs, without Pulumi. */
export interface RealGateway {
  readonly url: string;
  readonly database: string;
  readonly proxy: string;
  /** SQL as the superuser, through the script that the deployment uses. */
  readonly psql: (sql: string) => ReturnType<typeof sh>;
  /** Puts another policy in the guard's file, in one step; undefined takes the file away. */
  readonly setPolicy: (text: string | undefined) => void;
  readonly network: string;
  /** The container of the connector `db`. */
  readonly planets: string;
  readonly relay: string;
  /** LiteLLM's way out, if it was asked for. */
  readonly egress: string;
  /** The stand-in for the model provider, from here; nothing where LiteLLM's network is closed. */
  readonly provider: string;
  readonly remove: () => Promise<void>;
}

export interface RealGatewayOptions {
  /** The guard's rows, to begin with. */
  readonly rows?: readonly GuardRow[];
  /** Stands in for the model provider at `http://models.test:8080`, Python source. */
  readonly provider?: string;
  /** False leaves the guard out: how it would be without. */
  readonly guard?: boolean;
  /** False leaves the request gate out: for what stands behind it, and holds alone. */
  readonly gate?: boolean;
  /** Seconds that a session with an MCP server waits for its next call. */
  readonly sessionIdle?: number;
  /** The guard's limits, where they are not the usual ones. */
  readonly limits?: object;
  /** Puts LiteLLM where it is deployed: on a network that leads nowhere. */
  readonly closed?: Closed;
  /** Makes another config.yaml of the rendered one. */
  readonly config?: (rendered: string) => string;
}

export async function realGateway(
  model: GatewayModel,
  options: RealGatewayOptions = {},
): Promise<RealGateway> {
  const place = scratch();
  const name = {
    network: docker.testName("net"),
    database: docker.testName("db"),
    proxy: docker.testName("proxy"),
    models: docker.testName("models"),
    planets: docker.testName("planets"),
    samples: docker.testName("samples"),
    relay: docker.testName("relay"),
    egress: docker.testName("egress"),
    front: docker.testName("front"),
  };
  const { closed } = options;
  const remove = async (): Promise<void> => {
    const { network, ...containers } = name;
    await docker.removeAll(Object.values(containers), [network]);
    place.remove();
  };
  const on = (...aliases: string[]): string[] => [
    "--network",
    name.network,
    ...aliases.flatMap((alias) => ["--network-alias", alias]),
  ];
  const psql = (sql: string) =>
    sh(hostScript("database/psql.sh", { CONTAINER: name.database, CONTAINER_ID: "" }), sql);
  try {
    if (closed === undefined) await docker.network(name.network);
    else await docker.closedNetwork(name.network);
    chmodSync(place.path, 0o755);
    writeFileSync(join(place.path, "password"), "example0", { mode: 0o644 });
    await docker.start(name.database, [
      ...on("mcp-litellm-postgres"),
      "--user",
      "70:70",
      "--env",
      "PGDATA=/var/lib/postgresql/data/pgdata",
      "--env",
      "POSTGRES_PASSWORD_FILE=/run/secrets/password",
      "--volume",
      `${join(place.path, "password")}:/run/secrets/password:ro`,
      "--tmpfs",
      "/var/lib/postgresql/data:mode=1777",
      docker.image(docker.images.postgres),
    ]);
    copyFileSync("components/mock-model/files/server.py", join(place.path, "server.py"));
    await docker.start(name.models, [
      ...on("mcp-mock-model", "models.test"),
      "--publish",
      "127.0.0.1::8080",
      "--volume",
      `${join(place.path, "server.py")}:/srv/server.py:ro`,
      docker.image(docker.images.python),
      "python3",
      "-c",
      options.provider ?? provider,
    ]);
    await docker.until(name.database, 60, async () => {
      const probe = ["pg_isready", "-q", "-h", "127.0.0.1"];
      return (await docker.docker(["exec", name.database, ...probe])).code === 0;
    });
    const sql = setupSql(passwords.litellm);
    // Twice: it is applied to a volume that has it all as well.
    for (const time of ["first", "second"]) {
      const ran = psql(sql);
      if (ran.code !== 0) throw new Error(`the ${time} set-up: ${ran.stderr}`);
    }
    await startSamples(name.samples, place.path, on("mcp-planets-samples"));
    await docker.start(name.planets, [
      ...on("mcp-planets"),
      "--env",
      `DATABASE_URI=${sampleUri("mcp-planets-samples", reader.role, reader.password, "planets")}`,
      docker.image(docker.images.postgresMcp),
      "postgres-mcp",
      "--transport=sse",
      "--sse-host=0.0.0.0",
      "--sse-port=8686",
      "--access-mode=restricted",
    ]);
    const relay = join(place.path, "relay");
    mkdirSync(relay);
    for (const file of relayFiles(upstreams(model.connectors), relaySecret, "")) {
      // LiteLLM's own client has no secret to show.
      const content =
        options.guard === false
          ? file.content.replaceAll(/^ {2}http-request deny .*\n/gm, "")
          : file.content;
      writeFileSync(join(relay, file.name), content, { mode: 0o644 });
    }
    await docker.start(name.relay, [
      ...on("mcp-relay"),
      "--user",
      "99:99",
      "--cap-drop",
      "ALL",
      "--read-only",
      "--volume",
      `${relay}:/etc/mcp-gateway:ro`,
      docker.image(docker.images.haproxy),
      "haproxy",
      "-W",
      "-db",
      "-f",
      "/etc/mcp-gateway/haproxy.cfg",
    ]);
    const config = join(place.path, "config");
    mkdirSync(config);
    writeFileSync(join(config, "roots.json"), rootsFile(model, closed?.privateRoots ?? ""));
    const rendered = (options.config ?? ((text) => text))(litellmConfig(model));
    writeFileSync(
      join(config, "config.yaml"),
      options.guard === false
        ? rendered.replace("callbacks:\n    - guard.instance\n", "callbacks: []\n")
        : rendered,
    );
    const policy = join(place.path, "policy");
    mkdirSync(policy);
    const setPolicy = (text: string | undefined): void => {
      const file = join(policy, "policy.json");
      if (text === undefined) {
        rmSync(file, { force: true });
        return;
      }
      writeFileSync(`${file}.new`, text, { mode: 0o644 });
      renameSync(`${file}.new`, file);
    };
    // Behind `db` is the real server.
    const db = readToolsLock(process.cwd()).connectors["postgres"]?.tools ?? {};
    setPolicy(guardPolicy(options.rows ?? [], { ...locksOf(model), db }));
    for (const file of proxyFiles) copyFileSync(join("guard", file), join(config, file));
    if (options.gate === false || options.guard === false)
      copyFileSync("tests/support/litellm/open-gate.py", join(config, "gate.py"));
    const secrets = {
      masterKey,
      adminSecret: adminHeader["X-MCP-Gateway-Admin"],
      saltKey: `sk-${"y".repeat(40)}`,
      databaseUrl: databaseUri("litellm", passwords.litellm, "litellm"),
      relaySecret,
    };
    writeFileSync(join(place.path, "proxy.env"), proxyEnvFile(secrets, model.models));
    if (closed !== undefined) await startEgress(name, place.path, model, closed);
    const root = rootFileSystemOf(model.proxy);
    await docker.start(name.proxy, [
      ...on("mcp-litellm-proxy"),
      "--cap-drop",
      "ALL",
      ...(closed === undefined
        ? ["--publish", "127.0.0.1::4000"]
        : ["--dns", "127.0.0.1", "--dns-option", "attempts:1", "--dns-option", "timeout:1"]),
      ...(root.readOnly ? ["--read-only"] : []),
      ...Object.entries(root.tmpfs).flatMap(([path, how]) => ["--tmpfs", `${path}:${how}`]),
      ...Object.entries({
        ...root.environment,
        ...(closed === undefined ? {} : proxyVariables(`http://${name.egress}:${squidPort}`)),
      }).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
      "--env",
      `MCP_GATEWAY_SESSION_IDLE=${options.sessionIdle ?? 30}`,
      "--env",
      `MCP_GATEWAY_LIMITS=${JSON.stringify(options.limits ?? {})}`,
      "--volume",
      `${config}:/etc/mcp-gateway:ro`,
      "--volume",
      `${policy}:/etc/mcp-gateway-policy:ro`,
      "--volume",
      `${join(place.path, "proxy.env")}:/run/secrets/mcp-gateway.env:ro`,
      "--entrypoint",
      "/bin/sh",
      docker.image(docker.images.litellm),
      "/etc/mcp-gateway/entrypoint.sh",
    ]);
    if (closed !== undefined) await startFront(name, place.path, closed);
    const url = await docker.published(closed === undefined ? name.proxy : name.front, 4000);
    await docker.until(name.proxy, 150, async () => (await fetch(`${url}/health/readiness`)).ok);
    return {
      url,
      database: name.database,
      proxy: name.proxy,
      network: name.network,
      planets: name.planets,
      relay: name.relay,
      egress: name.egress,
      provider: closed === undefined ? await docker.published(name.models, 8080) : "",
      psql,
      setPolicy,
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
