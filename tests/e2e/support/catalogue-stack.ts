import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RawConfig } from "../../../config/schema.ts";
import { checkout } from "../../support/paths.ts";
import { type Bystanders, startBystanders, toolServer } from "./bystanders.ts";
import { Deployment } from "./deployment.ts";
import { names } from "./docker.ts";
import { freePorts } from "./ports.ts";
import { output } from "./run.ts";

const word = (): string => randomBytes(20).toString("hex");

/** The tests' own program, as an inline definition would have it. */
function inlineDefinition() {
  return {
    title: "Inline",
    description: "A definition that is in no catalogue",
    transport: "stdio" as const,
    image: "mcp-gateway/bridge:0.13.0",
    command: ["/bin/sh", "-c", 'exec python3 "$PLACE/server.py"'],
    inputs: {
      place: { type: "hostPath" as const, mount: "/place", env: "PLACE", description: "where" },
      // What it is told to reach, in a variable of its own.
    },
    memoryMb: 128,
    egress: { mode: "open" as const, reason: "to see what an open one reaches" },
    verify: { tool: "ping", expect: "pong" },
  };
}

/** A deployment of its own with the catalogue's entries, and the servers that they are for. */
export class CatalogueStack {
  readonly deployment: Deployment;
  readonly bystanders: Bystanders;
  readonly secrets: readonly string[];
  readonly network: string;

  private constructor(
    deployment: Deployment,
    bystanders: Bystanders,
    secrets: readonly string[],
    network: string,
  ) {
    this.deployment = deployment;
    this.bystanders = bystanders;
    this.secrets = secrets;
    this.network = network;
  }

  /** Everything ready, and the tools of the stack's own servers not yet locked. */
  static async create(prefix: string): Promise<CatalogueStack> {
    const deployment = await Deployment.create(prefix);
    const secrets = { database: word(), n8n: word(), monitor: word(), n8nServer: word() };
    const wide = `${prefix}wide`;
    const bystanders = await startBystanders(prefix, secrets, wide);
    const { directory } = deployment;
    for (const name of ["shared", "tools", "place"]) mkdirSync(join(directory, name));
    writeFileSync(join(directory, "shared", "note.txt"), "read me\n");
    for (const name of ["tools", "place"])
      writeFileSync(join(directory, name, "server.py"), toolServer);
    // A lock file of its own: it will have more in it than the checkout's.
    rmSync(join(directory, "tools.lock.json"));
    copyFileSync(join(checkout, "tools.lock.json"), join(directory, "tools.lock.json"));
    const ports = await freePorts(5);
    deployment.configure(catalogueConfig(deployment, bystanders, ports, wide));
    const secretInputs = {
      "timescale.inputs.databaseUri": bystanders.databaseUri,
      "n8n.inputs.authToken": secrets.n8nServer,
      "n8n.inputs.apiKey": secrets.n8n,
      "monitor.inputs.token": secrets.monitor,
    };
    for (const [path, value] of Object.entries(secretInputs)) {
      const at = ["config", "set", "--secret", "--path", `mcp-gateway:connectors.${path}`];
      const ran = await deployment.pulumi(at, {}, value);
      if (ran.code !== 0) throw new Error(ran.all);
    }
    const all = [...Object.values(secrets), bystanders.databaseUri];
    return new CatalogueStack(deployment, bystanders, all, wide);
  }

  readonly #keys = new Map<string, Promise<string>>();

  /** A key's value, asked for once: the state takes seconds to read on a busy machine. */
  async key(name: string): Promise<string> {
    const known = this.#keys.get(name) ?? this.deployment.key(name);
    this.#keys.set(name, known);
    return known;
  }

  /** A file or directory of the project, which is on the Docker host as well. */
  path(...parts: string[]): string {
    return join(this.deployment.directory, ...parts);
  }

  container(name: string): string {
    return `${this.deployment.prefix}mcp-${name}`;
  }

  async remove(): Promise<void> {
    await this.deployment.remove();
    const left = await names("network", this.deployment.prefix);
    if (left.length > 0) await output("docker", ["network", "rm", ...left]);
  }
}

function catalogueConfig(
  deployment: Deployment,
  { network, n8nUrl, monitorUrl }: Bystanders,
  ports: readonly number[],
  wide: string,
): RawConfig {
  const { directory } = deployment;
  const [timescale = 0, files = 0, web = 0, n8n = 0, tools = 0] = ports;
  const ping = { tool: "ping", expect: "pong" };
  return {
    database: { volume: deployment.volume },
    externalNetworks: { [network]: ["timescale", "n8n", "proxy"], [wide]: ["web"] },
    connectors: {
      timescale: { use: "timescaledb", alias: "ts", hostPort: timescale },
      files: {
        use: "filesystem",
        hostPort: files,
        inputs: { paths: [join(directory, "shared")] },
      },
      web: {
        // As the catalogue verifies it.
        use: "fetch",
        hostPort: web,
      },
      n8n: { use: "n8n", hostPort: n8n, inputs: { apiUrl: n8nUrl } },
      monitor: {
        use: "monitoring",
        inputs: { url: monitorUrl },
        verify: {
          tool: "fetch",
          arguments: { url: "http://pages.example/" },
          expect: "wide world",
        },
      },
      tools: {
        use: "toolshed",
        hostPort: tools,
        inputs: { directory: join(directory, "tools"), program: "server.py" },
        verify: ping,
      },
      inside: {
        use: "toolshed",
        placement: "gateway",
        inputs: { directory: join(directory, "tools"), program: "server.py" },
        verify: ping,
      },
      inline: { definition: inlineDefinition(), inputs: { place: join(directory, "place") } },
    },
    keys: {
      all: {
        connectors: Object.fromEntries(
          ["timescale", "files", "web", "n8n", "monitor", "tools", "inside", "inline"].map((id) => [
            id,
            "*" as const,
          ]),
        ),
        models: ["gpt-4o-mock"],
      },
      careful: { connectors: { files: "default", n8n: "default" } },
    },
  };
}
