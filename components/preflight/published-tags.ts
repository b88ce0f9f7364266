/** Registry and repository of a reference that names its registry; Docker Hub's does not. */
export function registryOf(
  reference: string,
): { readonly registry: string; readonly repository: string; readonly tag: string } | undefined {
  const match = /^([^/]+[.:][^/]*|localhost)\/([^:@]+)(?::([^@]+))?/.exec(reference);
  if (match === null) return undefined;
  return { registry: match[1] ?? "", repository: match[2] ?? "", tag: match[3] ?? "" };
}

/** Words of a tag: `main-v1.77.3-stable` → main, 1, 77, 3, stable. */
const parts = (tag: string): string[] => tag.match(/[a-z]{2,}|\d+/gi) ?? [];

/** The tags most like the wanted one, best first, at most five. */
export function nearestTags(wanted: string, tags: readonly string[]): string[] {
  const words = parts(wanted);
  return tags
    .map((tag) => {
      const own = parts(tag);
      const shared = words.filter((word) => own.includes(word)).length;
      return { tag, score: shared / Math.max(words.length, own.length, 1) };
    })
    .filter(({ score }) => score > 0.3)
    .sort((a, b) => b.score - a.score || b.tag.localeCompare(a.tag))
    .slice(0, 5)
    .map(({ tag }) => tag);
}

/**
 * Asks a reference's registry for its tags, anonymously (Registry API v2).
 * @returns undefined if it cannot be asked within 10 s
 */
export async function publishedTags(reference: string): Promise<string[] | undefined> {
  const where = registryOf(reference);
  if (where === undefined) return undefined;
  const scheme = /^(127\.|localhost)/.test(where.registry) ? "http" : "https";
  const url = `${scheme}://${where.registry}/v2/${where.repository}/tags/list?n=10000`;
  try {
    let answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    const challenge = /Bearer realm="([^"]+)"(?:,service="([^"]+)")?/.exec(
      answer.headers.get("www-authenticate") ?? "",
    );
    if (answer.status === 401 && challenge !== null) {
      const realm = new URL(challenge[1] ?? "");
      realm.searchParams.set("service", challenge[2] ?? "");
      realm.searchParams.set("scope", `repository:${where.repository}:pull`);
      const granted = await fetch(realm, { signal: AbortSignal.timeout(10_000) });
      const { token } = (await granted.json()) as { token: string };
      answer = await fetch(url, {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(10_000),
      });
    }
    if (!answer.ok) return undefined;
    const body = (await answer.json()) as { tags: string[] | null };
    return body.tags ?? [];
  } catch {
    // No network, no such host, no answer in time: the caller says that it could not ask.
    return undefined;
  }
}
