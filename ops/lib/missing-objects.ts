import type { ExportedStack } from "./pending.ts";

/** A Docker object of the state, by what the engine knows it. */
export interface Recorded {
  readonly kind: "container" | "network" | "volume";
  readonly urn: string;
  /** Id of a container or network, name of a volume. */
  readonly id: string;
}

const kinds: Readonly<Record<string, Recorded["kind"]>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
  "docker:index/volume:Volume": "volume",
};

/** What the state believes to be on the Docker host. */
export function recorded(stack: ExportedStack): Recorded[] {
  return stack.deployment.resources.flatMap(({ type = "", urn = "", id = "", delete: going }) => {
    const kind = kinds[type];
    // One that waits for its end may have ended.
    return kind === undefined || id === "" || going === true ? [] : [{ kind, urn, id }];
  });
}

/** Of these, what the engine does not have: `there` is its own list of ids and names. */
export function missing(all: readonly Recorded[], there: ReadonlySet<string>): Recorded[] {
  return all.filter(({ id }) => !there.has(id));
}
