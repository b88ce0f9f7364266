import type { GatewayModel } from "../../config/model.ts";
import type { MissingImage } from "./host-facts.ts";
import { nearestTags, registryOf } from "./published-tags.ts";

/** One image deployed instead of another; shown in the stack's outputs. */
export interface Substitution {
  readonly wanted: string;
  readonly used: string;
}

/**
 * What to deploy instead of a LiteLLM image whose tag was not published: the nearest published
 * `*-stable`, if `proxy.imageFallback` says so. Never for any other image.
 * @param missing with the tags that each one's registry has; undefined if it could not be asked
 */
export function proxySubstitution(
  model: GatewayModel,
  missing: readonly {
    readonly missing: MissingImage;
    readonly tags: readonly string[] | undefined;
  }[],
): Substitution | undefined {
  if (model.proxy.imageFallback !== "nearest-stable") return undefined;
  const wanted = model.proxy.image;
  const where = registryOf(wanted);
  const published = missing.find((each) => each.missing.image === wanted)?.tags;
  if (where === undefined || published === undefined) return undefined;
  const stable = published.filter((tag) => tag.endsWith("-stable"));
  const [nearest] = nearestTags(where.tag, stable);
  if (nearest === undefined) return undefined;
  return { wanted, used: `${where.registry}/${where.repository}:${nearest}` };
}
