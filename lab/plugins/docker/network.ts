/** `Network` and the function `getNetwork`. */
import { type ResourceLogic } from "../provider.ts";
import type { Json, Plain } from "../rpc/values.ts";
import type { DockerClient } from "./client.ts";
import { fromLabelMap, toLabelMap } from "./labels.ts";
import { untilRemoved } from "./poll.ts";

interface Ipam {
  readonly Subnet?: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
}

interface Network {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly EnableIPv6: boolean;
  readonly Options: Record<string, string> | null;
  readonly Labels: Record<string, string> | null;
  readonly IPAM: { readonly Config: readonly Ipam[] | null };
  readonly Containers: Record<string, Endpoint> | null;
}

interface Endpoint {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

function inspect(client: DockerClient, name: string): Promise<Network> {
  return client.json<Network>("GET", `/networks/${encodeURIComponent(name)}`);
}

export function network(connect: () => DockerClient): ResourceLogic {
  const read = async (id: string) => {
    // It makes a client first, which asks whether the daemon answers at all, and fails if not.
    await connect().apiVersion();
    try {
      return { id, outputs: described(await inspect(connect(), id)) };
    } catch {
      // The official plugin takes any failure of this request for "gone".
      return undefined;
    }
  };
  return {
    async create(_subject, inputs) {
      const client = connect();
      const { Id: id } = await create(client, inputs);
      return { id, outputs: described(await inspect(client, id)) };
    },
    read: (_subject, id) => read(id),
    async delete(subject, id) {
      const client = connect();
      await untilRemoved(
        async () => {
          if ((await read(id)) === undefined) return true;
          try {
            await client.text("DELETE", `/networks/${id}`);
            return true;
          } catch (error) {
            const isBusy = error instanceof Error && error.message.includes("has active endpoints");
            if (isBusy) return false;
            throw error;
          }
        },
        "pending",
        subject.signal,
      );
    },
  };
}

async function create(client: DockerClient, inputs: Plain): Promise<{ Id: string }> {
  const ipam = inputs["ipamConfigs"] as unknown as Record<string, string>[] | undefined;
  const body = {
    Name: inputs["name"],
    // Without it an older daemon makes a second network of the same name.
    CheckDuplicate: true,
    Driver: inputs["driver"] ?? "bridge",
    Internal: inputs["internal"] ?? false,
    Attachable: inputs["attachable"] ?? false,
    EnableIPv6: inputs["ipv6"] ?? false,
    Options: inputs["options"] ?? {},
    Labels: toLabelMap(inputs["labels"]),
    IPAM: {
      Driver: "default",
      Config: ipam?.map(({ subnet, ipRange, gateway }) => ({
        Subnet: subnet,
        IPRange: ipRange,
        Gateway: gateway,
      })),
    },
  };
  try {
    return await client.json("POST", "/networks/create", { body });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Unable to create network: ${reason}`, { cause: error });
  }
}

function described(found: Network): Plain {
  return {
    name: found.Name,
    driver: found.Driver,
    internal: found.Internal,
    attachable: found.Attachable,
    ipv6: found.EnableIPv6,
    scope: found.Scope,
    options: found.Options ?? {},
    labels: fromLabelMap(found.Labels),
    ipamConfigs: ipamConfigs(found),
  };
}

function ipamConfigs(found: Network): Json[] {
  return (found.IPAM.Config ?? []).map(({ Subnet, IPRange, Gateway }) => ({
    ...(Subnet === undefined ? {} : { subnet: Subnet }),
    ...(IPRange === undefined ? {} : { ipRange: IPRange }),
    ...(Gateway === undefined ? {} : { gateway: Gateway }),
  }));
}

/** Looks a network up by name or id. */
export async function getNetwork(connect: () => DockerClient, name: string): Promise<Plain> {
  let found: Network;
  try {
    found = await inspect(connect(), name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Could not find docker network: ${reason}`, { cause: error });
  }
  const containers = Object.entries(found.Containers ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    id: found.Id,
    name: found.Name,
    driver: found.Driver,
    internal: found.Internal,
    scope: found.Scope,
    options: found.Options ?? {},
    ipamConfigs: ipamConfigs(found),
    containers: containers.map(([containerId, endpoint]) => ({
      containerId,
      name: endpoint.Name,
      endpointId: endpoint.EndpointID,
      macAddress: endpoint.MacAddress,
      ipv4Address: endpoint.IPv4Address,
      ipv6Address: endpoint.IPv6Address,
    })),
  };
}
