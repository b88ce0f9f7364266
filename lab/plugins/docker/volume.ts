/** `Volume`. Creating one that exists adopts it: the daemon answers as if it were new. */
import { type ResourceLogic } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import { DaemonError, type DockerClient } from "./client.ts";
import { fromLabelMap, toLabelMap } from "./labels.ts";
import { untilRemoved } from "./poll.ts";

interface Volume {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Labels: Record<string, string> | null;
  readonly Options: Record<string, string> | null;
}

export function volume(connect: () => DockerClient): ResourceLogic {
  const read = async (name: string): Promise<{ id: string; outputs: Plain } | undefined> => {
    try {
      const found = await connect().json<Volume>("GET", `/volumes/${encodeURIComponent(name)}`);
      return { id: found.Name, outputs: described(found) };
    } catch (error) {
      if (error instanceof DaemonError && error.status === 404) return undefined;
      throw error;
    }
  };
  return {
    async create(_subject, inputs) {
      const body = {
        Name: inputs["name"],
        Labels: toLabelMap(inputs["labels"]),
        Driver: inputs["driver"],
        DriverOpts: inputs["driverOpts"],
      };
      try {
        const made = await connect().json<Volume>("POST", "/volumes/create", { body });
        // As found, not as asked for: an adopted volume keeps its own labels, and the next preview
        // will want to replace it for that.
        return { id: made.Name, outputs: described(made) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Unable to create volume: ${reason}`, { cause: error });
      }
    },
    read: (_subject, id) => read(id),
    async delete(subject, id) {
      const query = { force: true };
      await untilRemoved(
        async () => {
          try {
            await connect().text("DELETE", `/volumes/${encodeURIComponent(id)}`, { query });
            return true;
          } catch (error) {
            if (error instanceof Error && error.message.includes("volume is in use")) return false;
            throw error;
          }
        },
        "in_use",
        subject.signal,
      );
    },
  };
}

function described(found: Volume): Plain {
  return {
    name: found.Name,
    driver: found.Driver,
    driverOpts: found.Options ?? {},
    labels: fromLabelMap(found.Labels),
    mountpoint: found.Mountpoint,
  };
}
