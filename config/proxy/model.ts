import type { ProxyConfig } from "./schema.ts";

/** The schema's fields; `image` is what to pull. */
export interface ProxyModel extends Readonly<ProxyConfig> {
  /** The image as configured: what `imageMirrorFile` puts in its place often tells no version. */
  readonly reference: string;
  /** PEM of private certificate authorities; empty without. */
  readonly privateRoots: string;
}
