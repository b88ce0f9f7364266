/** How Pulumi hands on a time that stands in the stack file without quotes: Go's own spelling. */
const goTime = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d) \S+$/;

/**
 * The raw configuration with `keys.*.expires` as it was written: YAML takes
 * `2027-06-30T00:00:00Z` for a time, and Pulumi makes "2027-06-30 00:00:00 +0000 UTC" of it.
 */
export function withIsoTimes(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || !("keys" in raw)) return raw;
  const { keys } = raw;
  if (typeof keys !== "object" || keys === null) return raw;
  const entries = Object.entries(keys).map(([name, key]: [string, unknown]) => {
    const expires =
      typeof key === "object" && key !== null && "expires" in key ? key.expires : undefined;
    const found = typeof expires === "string" ? goTime.exec(expires) : null;
    if (found === null) return [name, key];
    const [, day = "", time = "", hours = "", minutes = ""] = found;
    return [name, { ...(key as object), expires: `${day}T${time}${hours}:${minutes}` }];
  });
  return { ...raw, keys: Object.fromEntries(entries) as unknown };
}
