import { holes } from "./published-holes.ts";

const numbers = (version: string): number[] => version.split(".").map(Number);

function isBefore(a: string, b: string): boolean {
  const [left, right] = [numbers(a), numbers(b)];
  const at = right.findIndex((part, index) => part !== left[index]);
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0);
}

/** `1.77.3` of `ghcr.io/berriai/litellm:main-v1.77.3-stable`; undefined where the tag says none. */
export function versionOf(image: string): string | undefined {
  const [name = ""] = image.split("@");
  return /:[^/]*?v(\d+\.\d+\.\d+)/.exec(name)?.[1];
}

/**
 * The published holes that an image of LiteLLM has: id → what shields each here. An image whose
 * tag tells no version is taken to have all of them.
 */
export function knownHoles(image: string): Record<string, string> {
  const version = versionOf(image);
  return Object.fromEntries(
    holes
      .filter(
        ({ from, fixedIn }) =>
          version === undefined ||
          (!isBefore(version, from) && (fixedIn === undefined || isBefore(version, fixedIn))),
      )
      .map(({ id, fixedIn, isExploited, shield }) => [
        id,
        [
          isExploited ? "exploited in the wild" : "not known to be exploited",
          ...(fixedIn === undefined ? ["no fixed version known"] : []),
          `shielded: ${shield}`,
        ].join("; "),
      ]),
  );
}
