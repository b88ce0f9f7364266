import { hostScript } from "../../components/shell/script.ts";
import type { GatewayModel } from "../../config/model.ts";
import { dockerOk } from "./docker.ts";
import { sh } from "./shell.ts";
import { recordGateway } from "./record-gateway.ts";

/** A network as the program asks for it. */
interface WantedNetwork {
  readonly name: string;
  readonly internal?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly ipamConfigs?: readonly { readonly subnet: string; readonly gateway: string }[];
}

/** What the program asks for a container as far as networks go. */
interface WantedContainer {
  readonly networksAdvanced: readonly { readonly name: string; readonly aliases?: string[] }[];
  readonly dns?: readonly string[];
  readonly dnsOpts?: readonly string[];
}

/** Networks of a model, and who is on them: what the program registers, made with `docker`. */
export interface Topology {
  readonly networks: readonly string[];
  /** `docker run` options of a container, by its resource's name; the first network only. */
  readonly options: (resource: string) => string[];
  /** Puts a running container on the rest of its networks. */
  readonly join: (resource: string, container: string) => Promise<void>;
  /** Puts the relay on a connector's network, and takes it off, as the deployment does. */
  readonly link: (connector: string, relay: string) => void;
  readonly unlink: (connector: string, relay: string) => void;
}

export async function topologyOf(model: GatewayModel): Promise<Topology> {
  const recording = await recordGateway(model);
  const networks = recording
    .ofType("docker:index/network:Network")
    .map(({ inputs }) => inputs as unknown as WantedNetwork);
  for (const { name, internal, options, ipamConfigs } of networks)
    await dockerOk([
      "network",
      "create",
      "--label",
      "mcp-gateway.test=true",
      ...(internal === true ? ["--internal"] : []),
      ...Object.entries(options ?? {}).flatMap(([key, value]) => ["--opt", `${key}=${value}`]),
      ...(ipamConfigs ?? []).flatMap((one) => ["--subnet", one.subnet, "--gateway", one.gateway]),
      name,
    ]);
  const wanted = (resource: string): WantedContainer =>
    recording.one("docker:index/container:Container", resource).inputs as never;
  const script = (connector: string, which: "create" | "delete", relay: string): void => {
    const { inputs } = recording.one("command:local:Command", `gateway-relay-link-${connector}`);
    const network = /^NETWORK='(.*)'$/m.exec(String(inputs[which]))?.[1] ?? "";
    const file = which === "create" ? "relay/link-network.sh" : "relay/unlink-network.sh";
    const ran = sh(hostScript(file, { CONTAINER: relay, NETWORK: network }));
    if (ran.code !== 0) throw new Error(`${file} for ${connector}: ${ran.stderr}`);
  };
  return {
    networks: networks.map(({ name }) => name),
    options: (resource) => {
      const { networksAdvanced, dns, dnsOpts } = wanted(resource);
      const [first] = networksAdvanced;
      return [
        "--network",
        first?.name ?? "",
        ...(first?.aliases ?? []).flatMap((alias) => ["--network-alias", alias]),
        ...(dns ?? []).flatMap((server) => ["--dns", server]),
        ...(dnsOpts ?? []).flatMap((option) => ["--dns-opt", option]),
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges:true",
      ];
    },
    join: async (resource, container) => {
      for (const { name } of wanted(resource).networksAdvanced.slice(1))
        await dockerOk(["network", "connect", name, container]);
    },
    link: (connector, relay) => {
      script(connector, "create", relay);
    },
    unlink: (connector, relay) => {
      script(connector, "delete", relay);
    },
  };
}
