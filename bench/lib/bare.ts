import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "../../components/host/exec.ts";
import { type Access, succeeded } from "./tiny.ts";

/**
 * LiteLLM by itself before the same servers: no edge, no guard, no relay, no database, and one
 * certificate authority. What it takes is not ours to save, and machines differ by half.
 */
export interface Bare extends Access {
  readonly remove: () => Promise<void>;
}

const name = "bench-bare-litellm";

async function docker(...args: string[]): Promise<string> {
  return succeeded(await run("docker", args)).stdout.trim();
}

/** The id of the running container whose name begins so. */
export const containerOf = (prefix: string): Promise<string> =>
  docker("ps", "-q", "--filter", `name=^/${prefix}`);

/**
 * @param proxy the prefix of the proxy's container that is to be compared: its image and certificate
 *   authorities are used
 * @param networks what it is on: the first publishes its port
 * @param servers what LiteLLM calls `mcp_servers`
 */
export async function bareLitellm(
  directory: string,
  port: number,
  proxy: string,
  networks: readonly [string, ...string[]],
  servers: Readonly<Record<string, Record<string, unknown>>>,
): Promise<Bare> {
  const id = await containerOf(proxy);
  const image = await docker("inspect", "--format", "{{.Image}}", id);
  const [network, ...others] = networks;
  mkdirSync(directory, { recursive: true });
  const config = {
    general_settings: { master_key: "os.environ/LITELLM_MASTER_KEY" },
    litellm_settings: { telemetry: false },
    mcp_servers: servers,
  };
  writeFileSync(join(directory, "config.yaml"), stringify(config));
  writeFileSync(
    join(directory, "roots.pem"),
    await docker("exec", id, "cat", "/tmp/mcp-gateway-roots.pem"),
  );
  const key = `sk-${randomBytes(24).toString("hex")}`;
  writeFileSync(join(directory, "env"), `LITELLM_MASTER_KEY=${key}\n`, { mode: 0o600 });
  await run("docker", ["rm", "-f", name]);
  await docker(
    "run",
    "-d",
    "--name",
    name,
    "--network",
    network,
    "-p",
    `127.0.0.1:${port}:4000`,
    "-e",
    "LITELLM_LOCAL_MODEL_COST_MAP=True",
    "-e",
    "SSL_CERT_FILE=/bare/roots.pem",
    "--env-file",
    join(directory, "env"),
    "-v",
    `${directory}:/bare:ro`,
    "--entrypoint",
    "litellm",
    image,
    "--config",
    "/bare/config.yaml",
    "--port",
    "4000",
  );
  for (const other of others) await docker("network", "connect", other, name);
  const url = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 120_000; ;) {
    const alive = await fetch(`${url}/health/liveliness`).catch(() => undefined);
    if (alive?.ok === true) break;
    if (Date.now() > end) throw new Error("LiteLLM by itself does not start");
    await new Promise((done) => setTimeout(done, 500));
  }
  return {
    url,
    key,
    remove: async () => {
      await docker("rm", "-f", name);
    },
  };
}
