import type { Locked } from "./locked.ts";
import { inRange } from "./range.ts";

/** A published advisory, reduced to what decides whether it is about a version. */
export interface Advisory {
  readonly id: string;
  readonly ecosystem: Locked["ecosystem"];
  readonly name: string;
  readonly range: string;
}

/** An advisory about something that we lock. */
export interface Finding {
  /** The directory of the lock file. */
  readonly where: string;
  readonly name: string;
  readonly version: string;
  readonly id: string;
}

/** Findings of one place that stay, for a reason. */
export interface Accepted {
  readonly where: string;
  readonly reason: string;
  /** What is between the hole and whoever would use it. */
  readonly shield: string;
  /** Ids by package; "*": whatever is published about one whose version is not ours to choose. */
  readonly packages: Readonly<Record<string, readonly string[] | "*">>;
}

export function findings(
  where: string,
  locked: readonly Locked[],
  advisories: readonly Advisory[],
): readonly Finding[] {
  return locked.flatMap(({ ecosystem, name, version }) =>
    advisories
      .filter((one) => one.ecosystem === ecosystem && one.name === name)
      .filter(({ range }) => inRange(version, range))
      .map(({ id }) => ({ where, name, version, id })),
  );
}

/** What is wrong: a line for each finding that nobody accepted, and for each accepted one that is gone. */
export function complaints(
  found: readonly Finding[],
  accepted: readonly Accepted[],
): readonly string[] {
  const known = new Set(found.map(({ where, name, id }) => `${where} ${name} ${id}`));
  const allowed = new Set(
    accepted.flatMap(({ where, packages }) =>
      Object.entries(packages).flatMap(([name, ids]) =>
        ids === "*" ? [] : ids.map((id) => `${where} ${name} ${id}`),
      ),
    ),
  );
  const pinned = new Set(
    accepted.flatMap(({ where, packages }) =>
      Object.entries(packages).flatMap(([name, ids]) => (ids === "*" ? [`${where} ${name}`] : [])),
    ),
  );
  return [
    ...found
      .filter(
        ({ where, name, id }) =>
          !pinned.has(`${where} ${name}`) && !allowed.has(`${where} ${name} ${id}`),
      )
      .map(
        ({ where, name, version, id }) =>
          `${where}: ${id} is about ${name} ${version}. Lock a version that it is not about (lab/README.md), or accept it with a reason in ops/advisories/accepted.json`,
      ),
    ...[...allowed]
      .filter((one) => !known.has(one))
      .map(
        (one) =>
          `${one}: accepted in ops/advisories/accepted.json and no longer found: take it out there`,
      ),
  ];
}
