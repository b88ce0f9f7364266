/** `RemoteImage`, and the look-up of images that containers share with it. */
import { HalfMade, type ResourceLogic } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import { DaemonError, type DockerClient } from "./client.ts";

export interface Image {
  readonly Id: string;
  readonly RepoDigests?: readonly string[];
}

/** The image of that name on the daemon, or undefined. */
export async function localImage(client: DockerClient, name: string): Promise<Image | undefined> {
  try {
    return await client.json<Image>("GET", `/images/${encodeURI(name)}/json`);
  } catch (error) {
    if (error instanceof DaemonError && error.status === 404) return undefined;
    throw error;
  }
}

/** The image of that name, pulled only if the daemon doesn't have it. */
export async function findImage(client: DockerClient, name: string, platform = ""): Promise<Image> {
  if (name === "") throw new Error("empty image name is not allowed");
  const present = await localImage(client, name);
  if (present !== undefined) return present;
  try {
    await client.text("POST", "/images/create", {
      query: { ...pullReference(name), ...(platform === "" ? {} : { platform }) },
      headers: { "X-Registry-Auth": Buffer.from("{}").toString("base64url") },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${reason}`, {
      cause: error,
    });
  }
  // A pull that fails half-way still answers 200, its error inside the stream. The official plugin
  // doesn't look there; that the image is missing afterwards is all that it can say.
  const pulled = await localImage(client, name);
  if (pulled === undefined) throw new Error(`unable to find or pull image ${name}`);
  return pulled;
}

/** A reference as the Engine API takes it: a digest wins over a tag, and no tag means `latest`. */
export function pullReference(name: string): { fromImage: string; tag: string } {
  const [reference = "", digest] = name.split("@");
  const colon = reference.lastIndexOf(":");
  const isTagged = colon > reference.lastIndexOf("/");
  const fromImage = isTagged ? reference.slice(0, colon) : reference;
  return { fromImage, tag: digest ?? (isTagged ? reference.slice(colon + 1) : "latest") };
}

/** The digest that belongs to the name's repository; else the first one; else none. */
export function repoDigest(name: string, image: Image): string {
  const { fromImage } = pullReference(name);
  const digests = image.RepoDigests ?? [];
  return digests.find((digest) => digest.split("@")[0] === fromImage) ?? digests[0] ?? "";
}

export function remoteImage(connect: () => DockerClient): ResourceLogic {
  const find = (inputs: Plain) =>
    findImage(connect(), text(inputs, "name"), text(inputs, "platform"));
  return {
    async create(_subject, inputs) {
      try {
        return described(inputs, await find(inputs));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Unable to read Docker image into resource: ${reason}`, { cause: error });
      }
    },
    async read(_subject, _id, state) {
      const image = await localImage(connect(), text(state, "name"));
      return image === undefined ? undefined : described(state, image);
    },
    async update(_subject, id, _state, inputs) {
      try {
        return described(inputs, await find(inputs)).outputs;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new HalfMade(id, inputs, `Unable to read Docker image into resource: ${reason}`);
      }
    },
    async delete(_subject, _id, state) {
      if (state["keepLocally"] === true) return;
      const name = text(state, "name");
      if ((await localImage(connect(), name)) === undefined) return;
      try {
        const query = { force: state["forceRemove"] === true };
        await connect().json("DELETE", `/images/${encodeURI(name)}`, { query });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`Unable to remove Docker image: ${reason}`, { cause: error });
      }
    },
  };
}

function described(inputs: Plain, image: Image): { id: string; outputs: Plain } {
  const name = text(inputs, "name");
  // The name is part of the id, so that two names of one image are two resources.
  const outputs = { ...inputs, imageId: image.Id, repoDigest: repoDigest(name, image) };
  return { id: image.Id + name, outputs };
}

function text(properties: Plain, key: string): string {
  const value = properties[key];
  return typeof value === "string" ? value : "";
}
