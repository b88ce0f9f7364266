import { type AppliedFacts, containerStates } from "./applied-facts.ts";
import {
  type Drift,
  type Thing,
  contentChanged,
  driftOf,
  lostContainer,
  nameAmong,
  noteOfContainer,
} from "./drift.ts";

/** One look at the Docker host. */
export interface Look {
  /** Undefined: no host was looked at (tests), every revision is the same. */
  readonly facts: AppliedFacts | undefined;
  /** A stamp that no revision had before. */
  readonly fresh: string;
}

export const notLooked: Look = { facts: undefined, fresh: "0" };

/** As what a thing was applied: part of its script, and kept in its note. */
export interface Revision {
  readonly stamp: string;
  /**
   * What started again with it: whatever had read a file that was edited, or the containers
   * themselves. It stays with the revision, for the script is to stay the same.
   */
  readonly restarted: "nothing" | "readers" | "containers";
}

/** How a revision is written into scripts and notes; those of deployed stacks have to be read. */
const endings = { nothing: "", readers: "-edited", containers: "-restart" } as const;

export const revisionText = ({ stamp, restarted }: Revision): string => stamp + endings[restarted];

export function parseRevision(text: string): Revision {
  const restarted =
    (["readers", "containers"] as const).find((one) => text.endsWith(endings[one])) ?? "nothing";
  return { stamp: text.slice(0, text.length - endings[restarted].length), restarted };
}

/** What follows for one thing from how it is on the host. */
export interface Decision {
  readonly thing: Thing;
  /**
   * The one that it was applied as while it is still so, a fresh one otherwise. As an input of the
   * resource that applies the thing it makes the next `up` apply again what has drifted, although
   * nothing in the configuration has changed; the `up` after that reads the same one back.
   */
  readonly revision: Revision;
  readonly action: "keep" | "apply";
  readonly drift: readonly Drift[];
}

/** A thing, and the database's container, for what makes its tables there when it starts. */
export interface Wanted {
  readonly thing: Thing;
  readonly tablesIn?: string;
}

/** Every container that some note is about. */
const notedContainers = ({ notes }: AppliedFacts): string[] =>
  Object.values(notes).flatMap(({ state }) => Object.keys(containerStates(state)));

function tablesLost(facts: AppliedFacts, { thing, tablesIn }: Wanted): boolean {
  if (thing.kind !== "ready" || tablesIn === undefined) return false;
  const lost =
    lostContainer(facts, tablesIn) ||
    (facts.containers[tablesIn]?.status === "running" && !facts.looked.includes("rows"));
  const made = (plain: string): boolean =>
    facts.containers[nameAmong(notedContainers(facts), plain)] !== undefined;
  return lost && thing.containers.some(made);
}

/** Whether files of a thing are not what was written, so that what has read them starts again. */
function edited({ facts }: Look, { thing }: Wanted): boolean {
  const note = facts?.notes[thing.id];
  if (facts === undefined || note === undefined || thing.kind !== "files") return false;
  return contentChanged(note.state, facts.files[thing.id] ?? "");
}

function decide(look: Look, wanted: Wanted, editedIds: ReadonlySet<string>): Decision {
  const { thing } = wanted;
  const { facts, fresh } = look;
  const apply = (restarted: Revision["restarted"], drift: readonly Drift[] = []): Decision => ({
    thing,
    drift,
    action: "apply",
    revision: { stamp: fresh, restarted },
  });
  const note = facts?.notes[thing.id];
  if (facts === undefined || note === undefined) return apply("nothing");
  const drift = driftOf(facts, thing, note.state);
  if (tablesLost(facts, wanted)) return apply("containers", drift);
  if (editedIds.has(thing.id)) return apply("readers", drift);
  // Files that a container has read were not what it should have read: it starts, and is waited for.
  if (drift.length > 0 || (thing.kind === "ready" && editedIds.size > 0))
    return apply("nothing", drift);
  return { thing, drift, action: "keep", revision: parseRevision(note.revision) };
}

/** Decides for everything that is wanted at once: what was edited concerns who waits for it. */
export function decideAll(look: Look, wanted: readonly Wanted[]): readonly Decision[] {
  const editedIds = new Set(wanted.filter((one) => edited(look, one)).map(({ thing }) => thing.id));
  return wanted.map((one) => decide(look, one, editedIds));
}

/** What is otherwise than it was applied, each once. */
export function driftAmong(decisions: readonly Decision[]): readonly Drift[] {
  const all = decisions.flatMap(({ drift }) => drift);
  return [...new Map(all.map((one) => [`${one.what} ${one.reason}`, one])).values()];
}

/** A thing, and as what it was applied, in the text that its note has. */
export interface Applied {
  readonly thing: Thing;
  readonly revision: string;
}

/** What the host has to say once `up` has ended, sorted by id. */
export function appliedBy(decisions: readonly Decision[]): readonly Applied[] {
  return decisions
    .map(({ thing, revision }) => ({ thing, revision: revisionText(revision) }))
    .sort((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
}

/**
 * The revision of one container, which has it as a label: another one replaces it. One that is gone
 * keeps its last one: the state has to forget it first (`ops/recover.ts`), for the provider cannot
 * delete what is not there.
 * @param loadsRows whether it may have in memory what is in LiteLLM's database beside the
 *   configuration: then it is replaced as well, for nothing takes that out of it
 */
export function containerRevision(
  { facts, fresh }: Look,
  plain: string,
  loadsRows = false,
): string {
  if (facts === undefined) return fresh;
  const name = nameAmong(notedContainers(facts), plain);
  const made = facts.containers[name];
  const then = noteOfContainer(facts, name);
  const noted = (state = ""): string => / word=([\w-]+)/.exec(state)?.[1] ?? "0";
  if (made === undefined || then === undefined) return noted(made?.state ?? then);
  if (loadsRows && facts.rows.length > 0) return fresh;
  return made.state === then ? noted(made.state) : fresh;
}

/** What follows for everything that is deployed, known before any component is made. */
export interface DriftPlan {
  readonly decisions: readonly Decision[];
  /** @throws Error for a thing that nobody has listed */
  readonly of: (id: string) => Decision;
  readonly container: (plain: string, loadsRows?: boolean) => string;
}

export function driftPlan(look: Look, wanted: readonly Wanted[]): DriftPlan {
  const decisions = decideAll(look, wanted);
  const byId = new Map(decisions.map((decision) => [decision.thing.id, decision]));
  if (byId.size !== wanted.length) throw new Error("two things to apply have the same id");
  return {
    decisions,
    of: (id) => {
      const decision = byId.get(id);
      if (decision === undefined) throw new Error(`${id} is not among the things to apply`);
      return decision;
    },
    container: (plain, loadsRows) => containerRevision(look, plain, loadsRows),
  };
}
