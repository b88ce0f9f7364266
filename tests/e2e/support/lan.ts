import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { RawConfig } from "../../../config/schema.ts";
import { programFiles } from "../../../ops/lib/program-files.ts";
import { checkout } from "../../support/paths.ts";
import type { SecondHost } from "../../support/second-host/second-host.ts";
import { type Ran, type Started, run, start } from "./run.ts";

/** As on the machine of a user: another machine's name, and no engine that could be mistaken. */
const laptop = `mount --bind "$1" /etc/hosts
for socket in /run/docker.sock /var/run/docker.sock; do
  [ ! -S "$socket" ] || mount --bind /dev/null "$socket"
done
shift
exec "$@"`;

/**
 * The stack of `Pulumi.lan.yaml` as a user deploys it from a laptop: the file of the repository
 * with the two values that it asks for, and where the lab's images are. This machine's own Docker
 * engine cannot be reached from its processes, and the docker command says so when it is called.
 */
export class Lan {
  readonly host: SecondHost;
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #hosts: string;
  /** Written by the docker command that must not be called. */
  readonly #wrong: string;

  constructor(host: SecondHost, name: string) {
    this.host = host;
    this.directory = join(checkout, ".lab", "e2e", name);
    this.#hosts = join(this.directory, "hosts");
    this.#wrong = join(this.directory, "wrong-machine");
    this.env = {
      ...process.env,
      DOCKER_HOST: "unix:///nowhere/docker.sock",
      SSH_AUTH_SOCK: undefined,
      PATH: `${join(this.directory, "bin")}:${process.env["PATH"] ?? ""}`,
      PULUMI_ACCESS_TOKEN: undefined,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_STACK: "lan",
      PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.directory, "passphrase"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    rmSync(this.directory, { recursive: true, force: true });
    mkdirSync(join(this.directory, "state"), { recursive: true });
    mkdirSync(join(this.directory, "bin"));
    for (const each of programFiles) symlinkSync(join(checkout, each), join(this.directory, each));
    writeFileSync(join(this.directory, "passphrase"), "passphrase of LAN tests\n", { mode: 0o600 });
    writeFileSync(this.#hosts, `127.0.0.1 localhost\n${host.address} ${host.name}\n`);
    writeFileSync(
      join(this.directory, "bin", "docker"),
      `#!/bin/sh\necho "docker $*" >>'${this.#wrong}'\necho "this is not the Docker host" >&2\nexit 97\n`,
      { mode: 0o755 },
    );
  }

  /** Makes the stack; nothing is deployed yet. */
  async init(): Promise<void> {
    this.configure({});
    const made = await this.pulumi(["stack", "init", "lan"], { PULUMI_STACK: "" });
    if (made.code !== 0) throw new Error(made.all);
    await this.must(
      "config",
      "set",
      "--secret",
      "--path",
      "mcp-gateway:connectors.postgres.inputs.databaseUri",
      "postgresql://postgres:neighbour@postgres:5432/postgres",
    );
  }

  /** The repository's file with what a user adds, and `values` in the place of its top-level keys. */
  configure(values: RawConfig): void {
    const text = readFileSync(join(checkout, "Pulumi.lan.yaml"), "utf8");
    const stack = parse(text) as { config: Record<string, unknown> };
    const file = join(this.directory, "Pulumi.lan.yaml");
    const all: RawConfig = {
      ssh: { hostKey: this.host.hostKey, privateKeyFile: this.host.privateKeyFile },
      imageMirrorFile: join(checkout, ".lab", "images.json"),
      ...values,
    };
    for (const [name, value] of Object.entries(all))
      if (value === undefined) Reflect.deleteProperty(stack.config, `mcp-gateway:${name}`);
      else stack.config[`mcp-gateway:${name}`] = value;
    // What Pulumi has put in since: the salt, and the secret.
    try {
      const before = parse(readFileSync(file, "utf8")) as typeof stack & object;
      const kept = before.config["mcp-gateway:connectors"];
      if (!("connectors" in values)) stack.config["mcp-gateway:connectors"] = kept;
      writeFileSync(file, stringify({ ...before, config: stack.config }));
    } catch {
      writeFileSync(file, stringify(stack));
    }
  }

  #command(program: string, args: readonly string[]): [string, readonly string[]] {
    return ["unshare", ["--mount", "sh", "-c", laptop, "laptop", this.#hosts, program, ...args]];
  }

  async run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return run(...this.#command(program, args), {
      cwd: this.directory,
      env: { ...this.env, ...env },
      seconds: 400,
    });
  }

  async pulumi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    return this.run("pulumi", args, env);
  }

  /** `pulumi ARGS`, which has to succeed. */
  async must(...args: string[]): Promise<string> {
    const ran = await this.pulumi(args);
    if (ran.code !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${ran.all}`);
    return ran.stdout;
  }

  /** Literally what `make up` runs. */
  async up(): Promise<string> {
    return this.must("up", "--yes", "--skip-preview");
  }

  /** The same, to be interrupted. */
  startUp(): Started {
    return start(
      ...this.#command("pulumi", ["up", "--yes", "--skip-preview"]),
      { cwd: this.directory, env: this.env, seconds: 400 },
      "exit",
    );
  }

  /** Calls of the docker command on the wrong machine, one a line. */
  wrongCalls(): string {
    try {
      return readFileSync(this.#wrong, "utf8");
    } catch {
      return "";
    }
  }

  forgetWrongCalls(): void {
    rmSync(this.#wrong, { force: true });
  }

  linkProgram(): void {
    rmSync(join(this.directory, "index.ts"), { force: true });
    symlinkSync(join(checkout, "index.ts"), join(this.directory, "index.ts"));
  }

  /** Ends the SSH connection that runs share for a while. */
  async endSharedConnection(): Promise<void> {
    const config = join(".gateway", "ssh", `administrator@${this.host.name}`, "config");
    await this.run("ssh", ["-F", config, "-O", "exit", this.host.name]);
  }

  /** What `make up` does first. */
  async recover(): Promise<string> {
    const ran = await this.run("node", [join("ops", "recover.ts")]);
    if (ran.code !== 0) throw new Error(ran.all);
    return ran.stderr;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
