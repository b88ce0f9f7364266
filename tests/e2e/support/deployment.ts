import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { RawConfig } from "../../../config/schema.ts";
import { programFiles } from "../../../ops/lib/program-files.ts";
import { checkout } from "../../support/paths.ts";
import { removeAll } from "./docker.ts";
import { freePorts } from "./ports.ts";
import { type Ran, type Started, output, run, start } from "./run.ts";

/** Project directory of the deployment with this prefix. */
const directoryOf = (prefix: string): string =>
  join(checkout, ".lab", "e2e", prefix.replace(/-$/, ""));

/** HOME of a deployer who is another user. */
export const homeOf = (prefix: string): string => join(directoryOf(prefix), "home");

/** The stack's outputs with secrets shown. */
export interface Outputs {
  readonly gatewayUrl: string;
  readonly masterKey: string;
  readonly adminSecret: string;
  readonly virtualKeys: Readonly<Record<string, string>>;
  readonly connectors: unknown;
  readonly accessMatrix: unknown;
  readonly verification: string;
}

interface StackFile {
  config: Record<string, unknown>;
}

/**
 * A gateway of the suite's own: project directory, state, passphrase, names, ports and
 * directories. Nothing is shared with a gateway that runs from the same checkout.
 */
export class Deployment {
  readonly prefix: string;
  readonly directory: string;
  readonly network: string;
  readonly volume: string;
  readonly gatewayPort: number;
  readonly connectorPort: number;
  readonly env: NodeJS.ProcessEnv;
  /** What stands before every command: how to become another user. */
  readonly #as: readonly string[];

  private constructor(prefix: string, ports: readonly number[], user: string | undefined) {
    this.prefix = prefix;
    this.#as = user === undefined ? [] : ["runuser", "-u", user, "--"];
    this.directory = directoryOf(prefix);
    this.network = `${prefix}net`;
    this.volume = `${prefix}pgdata`;
    [this.gatewayPort = 0, this.connectorPort = 0] = ports;
    this.env = {
      ...process.env,
      PULUMI_ACCESS_TOKEN: undefined,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_STACK: "e2e",
      PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.directory, "passphrase"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...(user === undefined ? {} : { HOME: homeOf(prefix) }),
    };
  }

  /**
   * Removes what an earlier run has left and makes the stack; nothing is deployed yet.
   * @param user the deployer, if it is not who runs the tests
   */
  static async create(prefix: string, user?: string): Promise<Deployment> {
    await removeAll(prefix);
    const deployment = new Deployment(prefix, await freePorts(2), user);
    const { directory } = deployment;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, "state"), { recursive: true });
    deployment.useCheckout();
    writeFileSync(join(directory, "passphrase"), `passphrase of ${prefix} tests\n`, {
      mode: 0o600,
    });
    deployment.configure(deployment.initialConfig());
    if (user !== undefined) {
      mkdirSync(homeOf(prefix));
      await output("chown", ["-R", "--no-dereference", `${user}:`, directory]);
    }
    // The selected stack comes from the environment; `stack init` wants to be told.
    const made = await deployment.pulumi(["stack", "init", "e2e"], { PULUMI_STACK: "" });
    if (made.code !== 0) throw new Error(made.all);
    return deployment;
  }

  /** Four keys: two clients, one with a single tool, and one that may use nothing. */
  initialConfig(): RawConfig {
    const client = { connectors: { postgres: "*" as const }, models: ["gpt-4o-mock"] };
    return {
      gateway: { host: "127.0.0.1", port: this.gatewayPort, bind: "127.0.0.1" },
      network: this.network,
      namePrefix: this.prefix,
      database: { volume: this.volume, samples: ["planets"] },
      proxy: {},
      // The suite is one address that knocks at every route: far more than a client would.
      edge: {
        limits: {
          requestsPerMinute: 100_000,
          requestsPerMinutePerAddress: 100_000,
          failuresPerMinute: 100_000,
        },
      },
      connectors: {
        postgres: {
          use: "postgres",
          alias: "db",
          hostPort: this.connectorPort,
          inputs: { databaseUri: { sample: "planets" } },
          verify: {
            tool: "execute_sql",
            arguments: { sql: "SELECT name FROM planets ORDER BY moons DESC LIMIT 1" },
            expect: "Saturn",
          },
        },
      },
      keys: {
        "claude-code": client,
        "open-webui": client,
        // One tool of nine, and nothing.
        reader: { connectors: { postgres: ["list_schemas"] }, models: ["gpt-4o-mock"] },
        stranger: {},
      },
      imageMirrorFile: join(checkout, ".lab", "images.json"),
    };
  }

  /** The program as the checkout has it. */
  useCheckout(): void {
    for (const name of programFiles) {
      rmSync(join(this.directory, name), { recursive: true, force: true });
      symlinkSync(join(checkout, name), join(this.directory, name));
    }
  }

  /** Sets top-level keys of the stack's configuration; the rest stays as it is. */
  configure(values: RawConfig): void {
    const file = join(this.directory, "Pulumi.e2e.yaml");
    const stack: StackFile = existsSync(file)
      ? (parse(readFileSync(file, "utf8")) as StackFile)
      : { config: { "pulumi:disable-default-providers": ["docker"] } };
    for (const [name, value] of Object.entries(values)) stack.config[`mcp-gateway:${name}`] = value;
    writeFileSync(file, stringify(stack));
  }

  #command(program: string, args: readonly string[]): [string, readonly string[]] {
    const [first = program, ...rest] = [...this.#as, program, ...args];
    return [first, rest];
  }

  async pulumi(args: readonly string[], env: NodeJS.ProcessEnv = {}, stdin = ""): Promise<Ran> {
    return run(...this.#command("pulumi", args), {
      cwd: this.directory,
      env: { ...this.env, ...env },
      stdin,
    });
  }

  /** `pulumi ARGS`, which has to succeed. */
  async must(...args: string[]): Promise<string> {
    const ran = await this.pulumi(args);
    if (ran.code !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${ran.all}`);
    return ran.stdout;
  }

  /** Literally what `make up` runs. */
  async up(): Promise<Ran> {
    const ran = await this.pulumi(["up", "--yes", "--skip-preview"]);
    if (ran.code !== 0) throw new Error(`pulumi up failed:\n${ran.all}`);
    return ran;
  }

  /** The same, to be killed. */
  startUp(): Started {
    return start(
      ...this.#command("pulumi", ["up", "--yes", "--skip-preview"]),
      { cwd: this.directory, env: this.env },
      "exit",
    );
  }

  async destroy(): Promise<Ran> {
    const ran = await this.pulumi(["destroy", "--yes", "--skip-preview"]);
    if (ran.code !== 0) throw new Error(`pulumi destroy failed:\n${ran.all}`);
    return ran;
  }

  /** A script of `ops/` that node runs, as the Makefile runs it. */
  async ops(
    script: string,
    env: NodeJS.ProcessEnv = {},
    args: readonly string[] = [],
  ): Promise<Ran> {
    return run(...this.#command("node", [join("ops", script), ...args]), {
      cwd: this.directory,
      env: { ...this.env, ...env },
    });
  }

  async outputs(): Promise<Outputs> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets")) as Outputs;
  }

  async key(name: string): Promise<string> {
    const value = (await this.outputs()).virtualKeys[name];
    if (value === undefined) throw new Error(`there is no key ${name}`);
    return value;
  }

  get url(): string {
    return `http://127.0.0.1:${this.gatewayPort}`;
  }

  /** SQL as the superuser of the gateway's PostgreSQL: rows of `|`-separated fields. */
  async sql(query: string): Promise<string[]> {
    const text = await output("docker", [
      "exec",
      "-i",
      `${this.prefix}mcp-litellm-postgres`,
      "psql",
      "-qXAt",
      "-U",
      "postgres",
      "-d",
      "litellm",
      "-c",
      query,
    ]);
    return text.split("\n").filter((row) => row !== "");
  }

  /** Everything of this deployment, however far it came. */
  async remove(): Promise<void> {
    await removeAll(this.prefix);
    rmSync(this.directory, { recursive: true, force: true });
  }
}
