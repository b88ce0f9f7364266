import { readFileSync, readdirSync } from "node:fs";
import { type Server, createServer } from "node:net";
import { join } from "node:path";
import { checkout } from "../../support/paths.ts";
import type { Deployment } from "../support/deployment.ts";
import { names, testLabel } from "../support/docker.ts";
import { output } from "../support/run.ts";

/** The reference that a stack's image name stands for on this machine. */
export function mirrored(reference: string): string {
  const mirror = JSON.parse(readFileSync(join(checkout, ".lab", "images.json"), "utf8")) as Record<
    string,
    string
  >;
  return mirror[reference] ?? reference;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return server;
}

/** `up` that is refused before anything is changed. */
export function refusals(deployment: () => Deployment): void {
  const refused = async (): Promise<string> => {
    const ran = await deployment().pulumi(["up", "--yes", "--skip-preview"]);
    expect(ran.code).not.toBe(0);
    expect(await names("container", deployment().prefix)).toEqual([]);
    expect(await names("network", deployment().prefix)).toEqual([]);
    expect(readdirSync(deployment().directory)).not.toContain(".gateway");
    return ran.all;
  };

  afterEach(() => {
    deployment().configure(deployment().initialConfig());
  });

  test("every configuration error is told at once, with the command that puts it right", async () => {
    const stack = deployment();
    const config = stack.initialConfig();
    stack.configure({
      gateway: { ...config.gateway, port: 0 },
      keys: { ...config.keys, stranger: { connectors: { postgress: "*" } } },
    });
    await stack.must("config", "set", "--path", "mcp-gateway:proxy.memory", "64");
    const text = await refused();
    expect(text).toContain('the configuration of stack "e2e" has 3 problems; nothing was changed');
    expect(text).toMatch(
      /mcp-gateway:gateway\.port: this value is not allowed\s+value: +0\s+allowed: .+\s+fix: +pulumi config set --path 'mcp-gateway:gateway\.port' '\d+'/,
    );
    expect(text).toMatch(
      /mcp-gateway:proxy\.memory: nothing reads this key \(did you mean "memoryMb"\?\)/,
    );
    expect(text).toContain("pulumi config rm --path 'mcp-gateway:proxy.memory'");
    expect(text).toMatch(/mcp-gateway:keys\.stranger\.connectors\.postgress: .*postgres/);
  });

  test("taken ports are told together, with who has them", async () => {
    const stack = deployment();
    const name = `${stack.prefix}foreign`;
    const server = await listen(stack.gatewayPort);
    try {
      await output("docker", [
        "run",
        "-d",
        "--name",
        name,
        "--label",
        testLabel,
        "-p",
        `127.0.0.1:${stack.connectorPort}:80`,
        "--entrypoint",
        "sleep",
        mirrored("python:3.13-alpine"),
        "300",
      ]);
      const ran = await stack.pulumi(["up", "--yes", "--skip-preview"]);
      expect(ran.code).not.toBe(0);
      expect(ran.all).toContain("there are 2 problems on the Docker host; nothing was changed");
      expect(ran.all).toContain(
        `port ${stack.gatewayPort} is taken by node (process ${process.pid}), listening on 127.0.0.1:${stack.gatewayPort}`,
      );
      expect(ran.all).toContain(`port ${stack.connectorPort} is taken by the container ${name}`);
      expect(ran.all).toContain(
        `fix: pulumi config set --path 'mcp-gateway:gateway.port' '${stack.gatewayPort + 100}'`,
      );
      expect(await names("container", stack.prefix)).toEqual([name]);
    } finally {
      server.close();
      await output("docker", ["rm", "-f", name]);
    }
  });

  test("an image that does not exist is told, with tags that do", async () => {
    const stack = deployment();
    const repository = mirrored("ghcr.io/berriai/litellm:main-v1.77.3-stable").replace(
      /(:[^/:@]+)?(@.+)?$/,
      "",
    );
    stack.configure({ proxy: { image: `${repository}:no-such-tag` } });
    const text = await refused();
    expect(text).toContain(`the image ${repository}:no-such-tag cannot be obtained (`);
    const [, tag = ""] = /published tags like it: ([^\s,]+)/.exec(text) ?? [];
    // That the tag is really there is asked of the registry by another program.
    await output("docker", ["manifest", "inspect", "--insecure", `${repository}:${tag}`]);
    expect(text).toContain("fix: pulumi config set --path 'mcp-gateway:proxy.image'");
  });

  test("a wrong passphrase is told, and the state stays as it is", async () => {
    const stack = deployment();
    await stack.must("config", "set", "--secret", "--path", "mcp-gateway:keys.x.rotation", "word");
    const ran = await stack.pulumi(["up", "--yes", "--skip-preview"], {
      PULUMI_CONFIG_PASSPHRASE_FILE: join(checkout, "package.json"),
    });
    expect(ran.code).not.toBe(0);
    expect(ran.all).toContain("incorrect passphrase");
    expect(await names("container", stack.prefix)).toEqual([]);
  });
}
