import { z } from "zod";
import { run } from "../../components/host/exec.ts";
import { optional } from "../../config/common/optional.ts";

/** A container of the deployment, as Docker tells it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly networks: readonly string[];
  readonly names: readonly string[];
  readonly addresses: readonly { readonly address: string; readonly network: string }[];
  readonly gateways: readonly string[];
  /** Ports of the Docker host that lead to it. */
  readonly published: readonly { readonly ip: string; readonly port: number }[];
}

const network = z.object({
  Aliases: z.array(z.string()).nullish(),
  IPAddress: z.string().default(""),
  GlobalIPv6Address: z.string().default(""),
  Gateway: z.string().default(""),
});
const inspected = z.object({
  Name: z.string(),
  Image: z.string(),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), network),
    Ports: z
      .record(
        z.string(),
        z.array(z.object({ HostIp: z.string(), HostPort: z.string() })).nullable(),
      )
      .nullish(),
  }),
});

export function readContainers(json: string): readonly Container[] {
  return z
    .array(inspected)
    .parse(JSON.parse(json))
    .map(({ Name, Image, NetworkSettings: { Networks, Ports } }) => {
      const name = Name.slice(1);
      const ways = Object.values(Networks);
      const aliases = ways.flatMap(({ Aliases }) => Aliases ?? []);
      const addresses = Object.entries(Networks).flatMap(([on, way]) =>
        [way.IPAddress, way.GlobalIPv6Address].map((address) => ({ address, network: on })),
      );
      return {
        name,
        image: Image,
        networks: Object.keys(Networks),
        names: [...new Set([name, ...aliases])],
        addresses: addresses.filter(({ address }) => address !== ""),
        gateways: ways.map(({ Gateway }) => Gateway).filter((one) => one !== ""),
        published: Object.values(Ports ?? {}).flatMap((all) =>
          (all ?? []).map(({ HostIp, HostPort }) => ({ ip: HostIp, port: Number(HostPort) })),
        ),
      };
    });
}

/** Docker's answer, or nothing: no Docker here, or none of the deployment's. */
async function docker(args: readonly string[], stdin?: string): Promise<string | undefined> {
  const ran = await run("docker", [...args], optional({ stdin }));
  return ran.code === 0 ? ran.stdout : undefined;
}

/** The running containers of a deployment by the prefix of their names. */
export async function containersOf(prefix: string): Promise<readonly Container[]> {
  const ours = ["--filter", "label=com.docker.compose.project=mcp-gateway"];
  const ids = await docker([
    "ps",
    "-q",
    "--no-trunc",
    ...ours,
    "--filter",
    `name=^/?${prefix}mcp-`,
  ]);
  const all = (ids ?? "").split("\n").filter((id) => id !== "");
  if (all.length === 0) return [];
  return readContainers((await docker(["inspect", ...all])) ?? "[]");
}

export interface Networks {
  /** From these nothing leads out of the Docker host. */
  readonly internal: ReadonlySet<string>;
  /** On these the Docker host has no address, so it has no way to them either. */
  readonly apart: ReadonlySet<string>;
}

export async function networksOf(names: readonly string[]): Promise<Networks> {
  const apart = `{{index .Options "com.docker.network.bridge.inhibit_ipv4"}}`;
  const format = `{{.Name}} {{.Internal}} ${apart}`;
  const text = await docker(["network", "inspect", "--format", format, ...new Set(names)]);
  const lines = (text ?? "").split("\n").map((line) => line.split(" "));
  const named = (at: number) =>
    new Set(lines.flatMap((line) => (line[at] === "true" ? (line[0] ?? []) : [])));
  return { internal: named(1), apart: named(2) };
}

/** Runs a Python program in a container's network, by an image that has Python, as nobody. */
export async function inNetworkOf(
  container: string,
  image: string,
  program: string,
  input: unknown,
): Promise<unknown> {
  const text = await docker(
    [
      "run",
      "--rm",
      "-i",
      "--network",
      `container:${container}`,
      "--user",
      "65534:65534",
      "--cap-drop",
      "ALL",
      "--memory",
      "256m",
      "--entrypoint",
      "python3",
      image,
      "-c",
      program,
    ],
    JSON.stringify(input),
  );
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** What LiteLLM's own database answers, over its container's own socket. */
export async function queried(container: string, sql: string): Promise<string | undefined> {
  const as = ["exec", "-u", "postgres", container, "psql", "-d", "litellm", "-Atc", sql];
  return (await docker(as))?.trim();
}
