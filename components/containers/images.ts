import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** A resource's name for an image: what people call it, and what tells it from all others. */
export function imageWord(reference: string): string {
  const [path = ""] = reference.split("@");
  const called = (path.split("/").at(-1) ?? "").replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return `${called}-${createHash("sha256").update(reference).digest("hex").slice(0, 8)}`;
}

/**
 * The images on the Docker host, each once: a resource costs a preview 20 to 40 ms, and connectors
 * share images (docs/benchmarks.md).
 */
export class Images extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #ids = new Map<string, pulumi.Output<string>>();

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("mcp-gateway:image:Images", name, {}, opts);
    this.#name = name;
    this.registerOutputs({});
  }

  /** The id of an image, pulled if it is not there; it changes only with the image's content. */
  id(reference: string): pulumi.Output<string> {
    const known = this.#ids.get(reference);
    if (known !== undefined) return known;
    const { imageId } = new docker.RemoteImage(
      `${this.#name}-${imageWord(reference)}`,
      { name: reference, keepLocally: true },
      { parent: this },
    );
    this.#ids.set(reference, imageId);
    return imageId;
  }
}
