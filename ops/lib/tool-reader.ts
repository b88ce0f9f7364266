import { join } from "node:path";
import { authHeader } from "../../components/connectors/environment.ts";
import { programOf } from "../../components/connectors/program.ts";
import { run } from "../../components/host/exec.ts";
import { mounted } from "../../config/common/names.ts";
import type { ConnectorModel, ConnectorValue } from "../../config/connectors/model.ts";
import type { ListedTool } from "../../config/connectors/tools-lock.ts";

/** This program's files, which the containers see; not the project's directory. */
const checkout = join(import.meta.dirname, "../..");

/** Waits until a server listens; postgres-mcp tries its database for 30 s before that. */
const waiting = (host: string, port: number): string => `
import socket, time
for _ in range(300):
    try:
        socket.create_connection(("${host}", ${port}), 1).close()
        break
    except OSError:
        time.sleep(0.3)
`;

function plain(value: ConnectorValue): string {
  switch (value.kind) {
    case "plain":
      return value.value;
    case "secret":
      return value.value.reveal();
    case "sample":
      return "postgresql://nobody:nothing@127.0.0.1:1/none";
  }
}

/** Asks servers for their tools, each in a throw-away container, without a gateway. */
export class ToolReader {
  readonly #client: string;
  readonly #network: string;
  readonly #others: readonly string[];

  private constructor(client: string, network: string, others: readonly string[]) {
    this.#client = client;
    this.#network = network;
    this.#others = others;
  }

  /**
   * @param client an image with Python's `mcp` package
   * @param others networks where servers that run elsewhere are looked for, if they are there
   */
  static async open(client: string, others: readonly string[]): Promise<ToolReader> {
    const found = await Promise.all(
      others.map(async (network) => {
        const { code } = await run("docker", ["network", "inspect", network]);
        return code === 0 ? [network] : [];
      }),
    );
    const reader = new ToolReader(client, `mcp-tools-lock-${process.pid}`, found.flat());
    await reader.#docker(["network", "create", reader.#network]);
    return reader;
  }

  async close(): Promise<void> {
    await this.#docker(["network", "rm", this.#network]);
  }

  /** The tools of a connector's server; its sample database does not have to be there. */
  async list(connector: ConnectorModel): Promise<ListedTool[]> {
    const { url, transport, auth, process: program } = connector;
    const headers = auth === undefined ? {} : Object.fromEntries([authHeader(auth)]);
    if (program !== undefined)
      return this.#ask("", this.#mounts(connector), [], {
        transport,
        command: program.command,
        args: program.args,
        env: this.#environment(connector),
      });
    if (connector.container === undefined)
      return this.#ask("", [], this.#others, {
        transport,
        headers,
        // There is no relay yet.
        url: connector.remote?.href ?? url,
      });
    return this.#inContainer(connector, { transport, headers });
  }

  async #inContainer(
    connector: ConnectorModel,
    how: { readonly transport: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<ListedTool[]> {
    const { container } = connector;
    if (container === undefined) throw new Error("it has no container");
    const { definition } = container;
    const name = `${this.#network}-${connector.host}`;
    const environment = { ...definition.environment, ...this.#environment(connector) };
    const [entrypoint = "", ...command] = programOf(definition, 64);
    await this.#docker(
      [
        "run",
        "-d",
        "--name",
        name,
        "--network",
        this.#network,
        "--user",
        container.user,
        "--cap-drop",
        "ALL",
        "--label",
        "mcp-gateway.tools-lock=true",
        "--volume",
        `${join(checkout, "components/connectors/files")}:${mounted.config}:ro`,
        // By name alone: what is in the arguments everyone on this machine can read.
        ...Object.keys(environment).flatMap((variable) => ["-e", variable]),
        ...Object.entries(definition.tmpfs).flatMap(([at, flags]) => ["--tmpfs", `${at}:${flags}`]),
        ...this.#mounts(connector),
        "--entrypoint",
        entrypoint,
        container.image,
        ...command,
      ],
      "",
      environment,
    );
    try {
      return await this.#ask(waiting(name, definition.port), [], [], {
        ...how,
        url: `http://${name}:${definition.port}${definition.path}`,
      });
    } catch (error) {
      const log = await run("docker", ["logs", "--tail", "5", name]);
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${reason}\n${log.stdout}${log.stderr}`, { cause: error });
    } finally {
      await this.#docker(["rm", "-f", name]);
    }
  }

  async #ask(
    before: string,
    options: readonly string[],
    networks: readonly string[],
    server: Readonly<Record<string, unknown>>,
  ): Promise<ListedTool[]> {
    const id = await this.#docker([
      "create",
      "--rm",
      "-i",
      "--network",
      this.#network,
      ...options,
      "--volume",
      `${join(checkout, "guard")}:${mounted.config}:ro`,
      "--entrypoint",
      "python3",
      this.#client,
      "-c",
      `${before}\nimport runpy, sys\nsys.path.insert(0, "${mounted.config}")\nrunpy.run_module("list_tools", run_name="__main__")`,
    ]);
    for (const network of networks) await this.#docker(["network", "connect", network, id]);
    const listed = await this.#docker(["start", "-a", "-i", id], JSON.stringify(server));
    return JSON.parse(listed) as ListedTool[];
  }

  #environment(connector: ConnectorModel): Record<string, string> {
    return Object.fromEntries(
      Object.entries(connector.environment).map(([name, value]) => [name, plain(value)]),
    );
  }

  /** The stack's own paths; where there are none, empty places, for servers that want some. */
  #mounts({ mounts, container, process: program }: ConnectorModel): string[] {
    if (mounts.length > 0)
      return mounts.flatMap(({ source, target }) => ["--volume", `${source}:${target}:ro`]);
    return Object.values((container ?? program)?.definition.inputs ?? {}).flatMap(({ mount }) =>
      mount === undefined ? [] : ["--tmpfs", `${mount}:size=1m`],
    );
  }

  async #docker(
    args: readonly string[],
    stdin = "",
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const ran = await run("docker", args, { stdin, env: { ...process.env, ...env } });
    if (ran.code !== 0) throw new Error(`docker ${args[0] ?? ""}: ${ran.stderr.trim()}`);
    return ran.stdout.trim();
  }
}
