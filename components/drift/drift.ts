import { type AppliedFacts, containerStates } from "./applied-facts.ts";

/** One thing that was applied, and what its note says about it. `database` is a container. */
export type Thing =
  | { readonly kind: "files"; readonly id: string; readonly what: string }
  | { readonly kind: "key"; readonly id: string; readonly key: string; readonly database: string }
  | { readonly kind: "kept"; readonly id: string; readonly name: string; readonly database: string }
  | { readonly kind: "setup"; readonly id: string; readonly database: string }
  | { readonly kind: "purge"; readonly id: string; readonly names: readonly string[] }
  | { readonly kind: "home"; readonly id: string }
  /** A container that is on a network since it was made. */
  | {
      readonly kind: "link";
      readonly id: string;
      readonly container: string;
      readonly network: string;
    }
  | { readonly kind: "ready"; readonly id: string; readonly containers: readonly string[] };

/** One thing on the host that is no longer as it was applied. */
export interface Drift {
  readonly what: string;
  readonly reason: string;
  /** What `up` does about it, where it does not apply the thing again. */
  readonly remedy?: string;
}

/** "a=1 b=2" against "a=1 b=3": what is another, in words. */
function differences(then: string, now: string): string {
  const fields = (text: string): [string, string][] =>
    text.split(" ").map((part) => {
      const [name = "", ...value] = part.split("=");
      return [name, value.join("=")];
    });
  const shown = (value: string): string => (value === "" ? "nothing" : value);
  const after = fields(now);
  const told = fields(then).flatMap(([name, value], at) => {
    const [isName, is = ""] = after[at] ?? [];
    if (isName === name && is === value) return [];
    // Not for people: a hash of the rest, a part of the key's own.
    if (["rest", "token", "word"].includes(name)) return [];
    return [`${name} is ${shown(is)}, was ${shown(value)}`];
  });
  return told.join(", ") || "it was changed";
}

/** One way in which a file is not as it was written. */
type FileChange =
  | { readonly kind: "gone"; readonly name: string }
  | { readonly kind: "mode"; readonly name: string; readonly is: string; readonly was: string }
  | { readonly kind: "owner"; readonly name: string; readonly is: string }
  | { readonly kind: "content"; readonly name: string };

/** "f=600:0:0:hash" against "f=644:0:0:hash". */
function fileChanges(then: string, now: string): FileChange[] {
  const files = (text: string): Map<string, string[]> =>
    new Map(
      text
        .split(" ")
        .map((part) => part.split("="))
        .map(([name = "", seen = ""]) => [name, seen.split(":")]),
    );
  const after = files(now);
  return [...files(then)].flatMap(
    ([name, [mode = "", uid = "", gid = "", content = ""]]): FileChange[] => {
      const [isMode = "gone", isUid = "", isGid = "", isContent = ""] = after.get(name) ?? [];
      if (isMode === "gone") return [{ kind: "gone", name }];
      const sameOwner = isUid === uid && isGid === gid;
      return [
        ...(isMode === mode ? [] : [{ kind: "mode" as const, name, is: isMode, was: mode }]),
        ...(sameOwner ? [] : [{ kind: "owner" as const, name, is: `${isUid}:${isGid}` }]),
        ...(isContent === content ? [] : [{ kind: "content" as const, name }]),
      ];
    },
  );
}

function fileChangeText(change: FileChange): string {
  switch (change.kind) {
    case "gone":
      return `${change.name} is gone`;
    case "mode":
      return `${change.name} has mode ${change.is}, not ${change.was}`;
    case "owner":
      return `${change.name} belongs to ${change.is}`;
    case "content":
      return `${change.name} was edited`;
  }
}

const fileDifferences = (then: string, now: string): string =>
  fileChanges(then, now).map(fileChangeText).join(", ");

/** Whether a file's content is another or gone: what has read it may have read that. */
export const contentChanged = (then: string, now: string): boolean =>
  fileChanges(then, now).some(({ kind }) => kind === "content" || kind === "gone");

/** The name that goes by a plain one: itself, or with the suffix of a container that rolls. */
export function nameAmong(names: readonly string[], plain: string): string {
  const suffixed = names.find(
    (name) => name.startsWith(`${plain}-`) && /^[a-z0-9]{6}$/.test(name.slice(plain.length + 1)),
  );
  return names.includes(plain) ? plain : (suffixed ?? plain);
}

/** A container that is there but not as it was made; undefined for one that nobody noted. */
export function noteOfContainer(facts: AppliedFacts, name: string): string | undefined {
  return Object.values(facts.notes)
    .map(({ state }) => containerStates(state)[name])
    .find((state) => state !== undefined);
}

function containerDrift(facts: AppliedFacts, name: string, then: string | undefined): Drift[] {
  const what = `container ${name}`;
  const made = facts.containers[name];
  if (made === undefined) return then === undefined ? [] : [{ what, reason: "it is gone" }];
  if (made.status !== "running") return [{ what, reason: `it is ${made.status}` }];
  return then === undefined || then === made.state
    ? []
    : [{ what, reason: differences(then, made.state) }];
}

/**
 * The database's container is gone, and so may be everything in it. One that nobody noted was not
 * made yet: the configuration has only now moved the database there.
 */
export const lostContainer = (facts: AppliedFacts, name: string): boolean =>
  facts.containers[name] === undefined && noteOfContainer(facts, name) !== undefined;

const databaseGone = (facts: AppliedFacts, database: string): Drift[] =>
  lostContainer(facts, database) ? [{ what: `container ${database}`, reason: "it is gone" }] : [];

/**
 * What is otherwise than it was applied. A database that is stopped is drift of its container
 * alone: what cannot be looked at counts as unchanged.
 * @param state how the thing was when its note was written
 */
export function driftOf(facts: AppliedFacts, thing: Thing, state: string): Drift[] {
  switch (thing.kind) {
    case "files": {
      const now = facts.files[thing.id] ?? "";
      return now === state ? [] : [{ what: thing.what, reason: fileDifferences(state, now) }];
    }
    case "key": {
      const gone = databaseGone(facts, thing.database);
      if (gone.length > 0) return gone;
      if (facts.containers[thing.database]?.status !== "running") return [];
      const what = `key ${thing.key}`;
      const now = facts.keys[thing.key];
      if (now === undefined) return [{ what, reason: "LiteLLM's database does not have it" }];
      if (now !== state) return [{ what, reason: differences(state, now) }];
      return facts.alteredKeys.some((name) => name.replace(/\.previous$/, "") === thing.key)
        ? [{ what, reason: "its metadata is not what the gateway writes" }]
        : [];
    }
    case "kept": {
      const what = `kept secret ${thing.name}`;
      const copy = facts.files[thing.id] ?? "";
      if (copy !== state) return [{ what, reason: fileDifferences(state, copy) }];
      const gone = databaseGone(facts, thing.database);
      if (gone.length > 0 || !facts.looked.includes("ring")) return gone;
      const hash = facts.ring[thing.name];
      if (hash === undefined) return [{ what, reason: "the keyring does not have it" }];
      return state.endsWith(`:${hash}`) ? [] : [{ what, reason: "the keyring has another value" }];
    }
    case "setup": {
      const gone = databaseGone(facts, thing.database);
      if (gone.length > 0 || facts.containers[thing.database]?.status !== "running") return gone;
      return facts.looked.includes("rows")
        ? []
        : [{ what: "the database litellm", reason: "LiteLLM's tables are gone" }];
    }
    case "purge": {
      const ours = Object.keys(facts.keys).filter((name) => !thing.names.includes(name));
      const reason = "it is in LiteLLM's database, but not in the configuration";
      const unread =
        facts.looked.includes("rows") && !facts.looked.includes("configuration")
          ? [
              {
                what: "LiteLLM's database",
                reason: "its tables of servers, models and settings could not be read",
              },
            ]
          : [];
      return [
        ...facts.foreignKeys.map((name) => ({
          what: `key ${name}`,
          reason,
          remedy: "blocks it",
        })),
        ...ours.map((name) => ({ what: `key ${name}`, reason, remedy: "deletes it" })),
        ...facts.rows.map(({ kind, name }) => ({
          what: `${kind} ${name}`,
          reason,
          remedy: "removes it, and replaces the proxy, which may have loaded it",
        })),
        ...unread,
      ];
    }
    case "home": {
      const now = facts.ring["database-home"];
      // A keyring without the word is a new one, and its data is here.
      if (now === undefined || now === state) return [];
      return [{ what: "LiteLLM's data", reason: "it was moved" }];
    }
    case "link": {
      // One that is gone or stopped is drift of its own, and put on its networks again.
      if (facts.containers[thing.container]?.status !== "running") return [];
      if (facts.joined[thing.container]?.includes(thing.network) === true) return [];
      return [
        {
          what: `container ${thing.container}`,
          reason: `it is not on the network ${thing.network}`,
        },
      ];
    }
    case "ready": {
      const then = containerStates(state);
      return thing.containers
        .map((plain) => nameAmong(Object.keys(then), plain))
        .flatMap((name) => containerDrift(facts, name, then[name]));
    }
  }
}
