import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RawConfig } from "../../../config/schema.ts";
import { checkout } from "../../support/paths.ts";
import type { Deployment } from "../support/deployment.ts";
import { containerOf, containers, names, testLabel } from "../support/docker.ts";
import { answer, tools } from "../support/mcp.ts";
import { output, run } from "../support/run.ts";
import { type Steady, steadyClients } from "../support/steady.ts";
import { mirrored } from "./refusals.ts";

const clients = 8;
const otherImage = "mcp-gateway-e2e/postgres-mcp:other";

interface Lock {
  connectors: Record<string, { image: string }>;
}

/**
 * A catalogue of the deployment's own, with a second entry whose image can be changed.
 * @returns what sets that image
 */
function ownCatalogue(stack: Deployment): (image: string) => void {
  for (const name of ["mcp-connectors", "tools.lock.json"]) {
    rmSync(join(stack.directory, name));
    cpSync(join(checkout, name), join(stack.directory, name), { recursive: true });
  }
  const entry = readFileSync(join(checkout, "mcp-connectors", "postgres.yaml"), "utf8");
  const lock = JSON.parse(readFileSync(join(checkout, "tools.lock.json"), "utf8")) as Lock;
  return (image) => {
    writeFileSync(
      join(stack.directory, "mcp-connectors", "second.yaml"),
      entry.replace(/^image: .*$/m, `image: ${image}`),
    );
    const second = { ...(lock.connectors["postgres"] ?? {}), image };
    writeFileSync(
      join(stack.directory, "tools.lock.json"),
      JSON.stringify({ ...lock, connectors: { ...lock.connectors, second } }),
    );
  };
}

/** Connector B is added, changed and removed while clients use A. */
export function rollout(deployment: () => Deployment): void {
  let setImage: (image: string) => void;
  let config: RawConfig;
  const withB = (): RawConfig => ({
    connectors: {
      ...config.connectors,
      second: { use: "second", inputs: { databaseUri: { sample: "planets" } } },
    },
    keys: {
      ...config.keys,
      "claude-code": {
        ...config.keys?.["claude-code"],
        connectors: { postgres: "*", second: "*" },
      },
    },
  });

  beforeAll(async () => {
    const stack = deployment();
    config = stack.initialConfig();
    stack.configure(config);
    await stack.up();
    setImage = ownCatalogue(stack);
    setImage(
      mirrored(
        "crystaldba/postgres-mcp:0.3.0@sha256:dbbd346860d29f1543e991f30f3284bf4ab5f096d049ecc3426528f20b1b6e6b",
      ),
    );
  });
  afterAll(async () => {
    await run("docker", ["rmi", otherImage]);
  });

  /** Changes the stack under load; what came of the calls, and how long `up` took. */
  async function under(change: () => void): Promise<Steady & { readonly seconds: number }> {
    const stack = deployment();
    const key = await stack.key("open-webui");
    const load = steadyClients(stack.url, key, clients, "db-list_schemas", "schema_name");
    change();
    const began = performance.now();
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview"]);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const seen = await load.stop();
    expect([ran.code, ran.code === 0 ? "" : ran.all]).toEqual([0, ""]);
    return { ...seen, seconds };
  }
  const report = (
    what: string,
    { calls, longest, seconds }: Steady & { seconds: number },
  ): void => {
    process.stdout.write(
      `${what}: up ${seconds} s, ${calls} calls of A by ${clients} clients, longest ${longest} ms, none failed\n`,
    );
  };

  test("B is added, and its tools can be called", async () => {
    const stack = deployment();
    const before = await containerOf(stack.prefix, "mcp-litellm-proxy");
    const edge = (await containers(stack.prefix)).find(({ Name }) => Name.endsWith("mcp-edge"));
    const seen = await under(() => {
      stack.configure(withB());
    });
    expect(seen.failures).toEqual([]);
    expect(seen.calls).toBeGreaterThan(clients);
    const key = await stack.key("claude-code");
    expect((await answer(stack.url, key, "second-list_schemas", {})).text).toContain("schema_name");
    // Another proxy, the same edge, and the old proxy is gone.
    expect(await containerOf(stack.prefix, "mcp-litellm-proxy")).not.toBe(before);
    expect(await names("container", before)).toEqual([]);
    expect((await containers(stack.prefix)).map(({ Id }) => Id)).toContain(edge?.Id);
    report("added", seen);
  });

  test("B's image is changed", async () => {
    const stack = deployment();
    const source = `${stack.prefix}commit`;
    const image = mirrored(
      "crystaldba/postgres-mcp:0.3.0@sha256:dbbd346860d29f1543e991f30f3284bf4ab5f096d049ecc3426528f20b1b6e6b",
    );
    await output("docker", ["create", "--name", source, "--label", testLabel, image]);
    await output("docker", ["commit", "--change", "LABEL other=yes", source, otherImage]);
    await output("docker", ["rm", source]);
    const before = await containerOf(stack.prefix, "mcp-second");
    const id = (await containers(before))[0]?.Id;
    const seen = await under(() => {
      setImage(otherImage);
    });
    expect(seen.failures).toEqual([]);
    expect((await containers(before))[0]?.Id).not.toBe(id);
    report("image changed", seen);
  });

  test("B's scope is changed", async () => {
    const stack = deployment();
    const seen = await under(() => {
      const { keys } = withB();
      stack.configure({
        keys: {
          ...keys,
          "claude-code": { connectors: { postgres: "*", second: ["list_schemas"] } },
        },
      });
    });
    expect(seen.failures).toEqual([]);
    const key = await stack.key("claude-code");
    const listed = await tools(stack.url, key);
    expect(listed.filter((name) => name.startsWith("second-"))).toEqual(["second-list_schemas"]);
    report("scope changed", seen);
  });

  test("B is removed", async () => {
    const stack = deployment();
    const seen = await under(() => {
      stack.configure(config);
    });
    expect(seen.failures).toEqual([]);
    expect(await names("container", `${stack.prefix}mcp-second`)).toEqual([]);
    const key = await stack.key("claude-code");
    expect((await tools(stack.url, key)).filter((name) => name.startsWith("second-"))).toEqual([]);
    report("removed", seen);
  });

  test("the catalogue is the checkout's again, and nothing is left to do", async () => {
    const stack = deployment();
    stack.useCheckout();
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(ran.code).toBe(0);
  });
}
