/** A published hole of LiteLLM, and what stands before it here. */
export interface KnownHole {
  readonly id: string;
  /** First version that has it, and first that has it no more. */
  readonly from: string;
  readonly fixedIn: string;
  /** Attackers are known to use it (CISA KEV). */
  readonly isExploited: boolean;
  readonly what: string;
  readonly shield: string;
}

/** When the advisories were last read. */
export const readOn = "2026-11-27";

/**
 * Read from the advisories in November 2026: docs.litellm.ai/blog, the GitHub and GitLab advisory
 * databases and CISA's list of exploited holes. `docs/security.md` has the same table.
 */
export const holes: readonly KnownHole[] = [
  {
    id: "CVE-2026-42271",
    from: "1.74.2",
    fixedIn: "1.83.7",
    isExploited: true,
    what: "any key can make the proxy run commands or reach other hosts through /mcp-rest/test",
    shield:
      "the edge knows no route below /mcp-rest, and its admin port leaves /mcp-rest/test closed; LiteLLM is not published",
  },
  {
    id: "CVE-2026-49468",
    from: "0.0.0",
    fixedIn: "1.84.0",
    isExploited: true,
    what: "a forged Host header opens management routes without a key",
    shield:
      "the edge takes only known names, and gives LiteLLM its own name instead of the client's",
  },
  {
    id: "CVE-2026-30623",
    from: "0.0.0",
    fixedIn: "1.83.7",
    isExploited: false,
    what: "whoever may create a stdio MCP server can run commands in the proxy",
    shield:
      "the edge knows no route that creates servers; servers come from the configuration alone",
  },
  {
    id: "GHSA-jjhc-v7c2-5hh6",
    from: "0.0.0",
    fixedIn: "1.83.0",
    isExploited: false,
    what: "the cache of OIDC user data takes one user for another",
    shield: "no OIDC is configured, and no route that uses it is open",
  },
];

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
          version === undefined || (!isBefore(version, from) && isBefore(version, fixedIn)),
      )
      .map(({ id, isExploited, shield }) => [
        id,
        `${isExploited ? "exploited in the wild" : "not known to be exploited"}; shielded: ${shield}`,
      ]),
  );
}
