/** What the Docker host says about what was applied to it (`look.sh`). */
export interface AppliedFacts {
  /** Note → its revision, and how things were when it was written. */
  readonly notes: Readonly<Record<string, { readonly revision: string; readonly state: string }>>;
  /** Note of files → how they are now. */
  readonly files: Readonly<Record<string, string>>;
  /** Container → how it is now. */
  readonly containers: Readonly<
    Record<string, { readonly status: string; readonly state: string }>
  >;
  /** Container → all networks that it is on. */
  readonly joined: Readonly<Record<string, readonly string[]>>;
  /** Key → its rows in LiteLLM's database now. */
  readonly keys: Readonly<Record<string, string>>;
  /** Kept secret → hash of its file in the keyring now. */
  readonly ring: Readonly<Record<string, string>>;
  /** Keys of ours whose metadata is not what the gateway writes. */
  readonly alteredKeys: readonly string[];
  /** Keys in LiteLLM's database that are not ours and may do something. */
  readonly foreignKeys: readonly string[];
  /** The same of those that are blocked. */
  readonly blockedKeys: readonly string[];
  /** What LiteLLM could load beside its configuration: "MCP server" and its name, for example. */
  readonly rows: readonly { readonly kind: string; readonly name: string }[];
  /** What of the database could be read: `ring`, `database`, `rows`, `configuration`. */
  readonly looked: readonly string[];
}

/** Container → state, as `container_state` of applied.sh prints them. */
export function containerStates(text: string): Readonly<Record<string, string>> {
  const parts = text.split(";").map((part) => /^([^|]+)\|(.*)$/.exec(part.trim()));
  return Object.fromEntries(
    parts.flatMap((found) => (found === null ? [] : [[found[1] ?? "", found[2] ?? ""] as const])),
  );
}

/** The lines of look.sh as facts. */
export function parseApplied(text: string): AppliedFacts {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const of = (kind: string): string[][] =>
    lines.filter((line) => line[0] === kind).map((line) => line.slice(1));
  const pairs = (kind: string): Record<string, string> =>
    Object.fromEntries(of(kind).map(([id = "", value = ""]) => [id, value.trim()]));
  const states = containerStates(of("containers")[0]?.[0] ?? "");
  return {
    notes: Object.fromEntries(
      of("applied").map(([id = "", revision = "", state = ""]) => [
        id,
        { revision, state: state.trim() },
      ]),
    ),
    files: pairs("now"),
    containers: Object.fromEntries(
      of("made").map(([name = "", status = ""]) => [name, { status, state: states[name] ?? "" }]),
    ),
    joined: Object.fromEntries(
      of("joined").map(([name = "", networks = ""]) => [name, networks.trim().split(" ")]),
    ),
    keys: pairs("key"),
    ring: pairs("ring"),
    alteredKeys: of("altered").map(([who = ""]) => who),
    foreignKeys: of("foreign").map(([who = ""]) => who),
    blockedKeys: of("blocked").map(([who = ""]) => who),
    rows: of("row").map(([kind = "", name = ""]) => ({ kind, name })),
    looked: of("looked").map(([what = ""]) => what),
  };
}
