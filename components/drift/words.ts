import { type AppliedFacts, containerStates } from "./applied-facts.ts";
import {
  type Drift,
  type Thing,
  contentDrifted,
  driftOf,
  lostContainer,
  nameAmong,
  noteOfContainer,
} from "./drift.ts";

/** What was asked for, under which word. */
export interface Asked {
  readonly thing: Thing;
  readonly word: string;
}

/**
 * A word for each thing on the host: the one that it was applied under while it is still so, a
 * fresh one otherwise. The word is an input of the resource that applies the thing. So the next
 * `up` applies again what has drifted, although nothing in the configuration has changed, and the
 * `up` after that reads the same word back and changes nothing.
 */
export class Words {
  readonly #facts: AppliedFacts | undefined;
  readonly #fresh: string;
  readonly #asked = new Map<string, Asked>();
  readonly #drift = new Map<string, Drift>();
  /** Files that a container has read were not what it should have read: it is restarted. */
  #restarts = false;

  /**
   * @param facts undefined: no host was looked at (tests), every word is the same
   * @param fresh a word that was never used before
   */
  constructor(facts?: AppliedFacts, fresh = "0") {
    this.#facts = facts;
    this.#fresh = fresh;
  }

  /** Everything asked for, sorted by id: what the host has to say once `up` has ended. */
  get asked(): readonly Asked[] {
    return [...this.#asked.values()].sort((a, b) => (a.thing.id < b.thing.id ? -1 : 1));
  }

  /** What is otherwise than it was applied, among what was asked for. */
  get drift(): readonly Drift[] {
    return [...this.#drift.values()];
  }

  #driftOf(thing: Thing): readonly Drift[] | "not noted" {
    const note = this.#facts?.notes[thing.id];
    if (this.#facts === undefined || note === undefined) return "not noted";
    const drift = driftOf(this.#facts, thing, note.state);
    for (const one of drift) this.#drift.set(`${one.what} ${one.reason}`, one);
    return drift;
  }

  #answer(thing: Thing, word: string): string {
    this.#asked.set(thing.id, { thing, word });
    return word;
  }

  /** Every container that some note is about. */
  #noted(): string[] {
    const notes = Object.values(this.#facts?.notes ?? {});
    return notes.flatMap(({ state }) => Object.keys(containerStates(state)));
  }

  #kept(thing: Thing): string | undefined {
    return this.#facts?.notes[thing.id]?.word;
  }

  of(thing: Exclude<Thing, { kind: "ready" | "files" }>): string {
    const drift = this.#driftOf(thing);
    const same = drift !== "not noted" && drift.length === 0;
    return this.#answer(thing, (same ? this.#kept(thing) : undefined) ?? this.#fresh);
  }

  /** Of files. Ends in `-edited` if what has read them has to read them again. */
  files(thing: Extract<Thing, { kind: "files" }>): string {
    const drift = this.#driftOf(thing);
    if (drift === "not noted") return this.#answer(thing, this.#fresh);
    if (drift.length === 0) return this.#answer(thing, this.#kept(thing) ?? this.#fresh);
    const edited = contentDrifted(drift);
    this.#restarts ||= edited;
    return this.#answer(thing, edited ? `${this.#fresh}-edited` : this.#fresh);
  }

  /**
   * Of containers being there, running, and as they were made. Asked after the words of the files
   * that they read. Ends in `-restart` if they have to start again.
   * @param tablesIn the database's container, for what makes its tables there when it starts
   */
  ready(thing: Extract<Thing, { kind: "ready" }>, tablesIn?: string): string {
    const drift = this.#driftOf(thing);
    if (this.#facts === undefined || drift === "not noted") return this.#answer(thing, this.#fresh);
    const { containers, looked } = this.#facts;
    const tablesLost =
      tablesIn !== undefined &&
      (lostContainer(this.#facts, tablesIn) ||
        (containers[tablesIn]?.status === "running" && !looked.includes("rows")));
    const made = (plain: string) => containers[nameAmong(this.#noted(), plain)] !== undefined;
    if (tablesLost && thing.containers.some(made))
      return this.#answer(thing, `${this.#fresh}-restart`);
    const same = drift.length === 0 && !this.#restarts;
    return this.#answer(thing, (same ? this.#kept(thing) : undefined) ?? this.#fresh);
  }

  /**
   * Of one container, which has it as a label: another word replaces it. One that is gone keeps
   * its last word: the state has to forget it first (`ops/recover.ts`), for the provider cannot
   * delete what is not there.
   * @param loadsRows whether it may have in memory what is in LiteLLM's database beside the
   *   configuration: then it is replaced as well, for nothing takes that out of it
   */
  container(plain: string, loadsRows = false): string {
    if (this.#facts === undefined) return this.#fresh;
    const name = nameAmong(this.#noted(), plain);
    const made = this.#facts.containers[name];
    const then = noteOfContainer(this.#facts, name);
    const wordIn = (state = ""): string => / word=([\w-]+)/.exec(state)?.[1] ?? "0";
    if (made === undefined || then === undefined) return wordIn(made?.state ?? then);
    if (loadsRows && this.#facts.rows.length > 0) return this.#fresh;
    return made.state === then ? wordIn(made.state) : this.#fresh;
  }
}
