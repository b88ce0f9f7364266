import { output, run } from "./run.ts";

/** One container as `docker inspect` tells it, as far as the tests look. */
export interface Container {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: {
    readonly PortBindings: Readonly<Record<string, { HostIp: string; HostPort: string }[]>>;
  };
}

/** Every container whose name starts with `prefix`, sorted by name. */
export async function containers(prefix: string): Promise<Container[]> {
  const ids = (await output("docker", ["ps", "-aq", "--filter", `name=^/${prefix}`])).split(/\s+/);
  const known = ids.filter((id) => id !== "");
  if (known.length === 0) return [];
  // One that goes between the two commands is left out, and makes `inspect` end with 1.
  const all = JSON.parse((await run("docker", ["inspect", ...known])).stdout) as Container[];
  return all.sort((a, b) => a.Name.localeCompare(b.Name));
}

/** The same, once Docker has looked at each of them: it takes its time, `up` does not wait for it. */
export async function settled(prefix: string): Promise<Container[]> {
  for (const end = Date.now() + 60_000; ; await new Promise((done) => setTimeout(done, 500))) {
    const all = await containers(prefix);
    if (!all.some((one) => one.State.Health?.Status === "starting") || Date.now() > end) return all;
  }
}

/** A container's name without the prefix and without the suffix that every new proxy gets. */
export const plainName = (prefix: string, name: string): string =>
  name
    .replace(/^\//, "")
    .slice(prefix.length)
    .replace(/^(mcp-litellm-proxy)-[a-z0-9]{6}$/, "$1");

/** The full name of the newest container that goes by a plain name. */
export async function containerOf(prefix: string, plain: string): Promise<string> {
  const found = (await containers(prefix))
    .filter((one) => plainName(prefix, one.Name) === plain)
    .sort((a, b) => b.State.StartedAt.localeCompare(a.State.StartedAt));
  if (found[0] === undefined) throw new Error(`there is no container ${prefix}${plain}`);
  return found[0].Name.slice(1);
}

/** Names of a kind of Docker object that start with `prefix`. */
export async function names(
  kind: "container" | "network" | "volume",
  prefix: string,
  filter: readonly string[] = [],
): Promise<string[]> {
  const list = kind === "container" ? ["ps", "-a"] : [kind, "ls"];
  const format = kind === "container" ? "{{.Names}}" : "{{.Name}}";
  const text = await output("docker", [...list, ...filter, "--format", format]);
  return text
    .split("\n")
    .filter((name) => name.startsWith(prefix))
    .sort();
}

/** What a container has written: [stdout, stderr]. */
export async function logs(container: string): Promise<[string, string]> {
  const ran = await run("docker", ["logs", container]);
  return [ran.stdout, ran.stderr];
}

/** Put on what the tests make beside the gateway, so that it is found again. */
export const testLabel = "mcp-gateway.e2e=true";

/**
 * Removes whatever a deployment with this prefix has left. A name alone is not enough to remove
 * a container or network by: it also has to carry the gateway's label or the tests' own.
 */
export async function removeAll(prefix: string): Promise<void> {
  const commands = { container: ["rm", "-f"], network: ["network", "rm"] };
  const labels = ["com.docker.compose.project=mcp-gateway", testLabel];
  for (const kind of ["container", "network"] as const) {
    const lists = labels.map(async (label) => names(kind, prefix, ["--filter", `label=${label}`]));
    const left = (await Promise.all(lists)).flat();
    if (left.length > 0) await output("docker", [...commands[kind], ...left]);
  }
  const volume = `${prefix}pgdata`;
  if ((await names("volume", volume)).includes(volume))
    await output("docker", ["volume", "rm", volume]);
}
