import { parseApplied } from "../drift/applied-facts.ts";
import { type Drift, type Thing, driftOf } from "../drift/drift.ts";
import { lookBack } from "../drift/notes.ts";
import { hostExec } from "../host/exec.ts";
import type { VerificationPlan } from "./plan.ts";

/** A thing as a report calls it when its note says nothing. */
function nameOf(thing: Thing): string {
  switch (thing.kind) {
    case "files":
      return thing.what;
    case "key":
      return `key ${thing.key}`;
    case "kept":
      return `kept secret ${thing.name}`;
    case "ready":
      return `containers ${thing.containers.join(", ")}`;
    case "link":
      return `container ${thing.container} on ${thing.network}`;
    case "setup":
    case "purge":
    case "home":
      return thing.id;
  }
}

/**
 * What on the Docker host is no longer as it was applied: files, containers, keys, the keyring, what
 * is in LiteLLM's database beside them. And the keys there that nobody configured and that are
 * blocked: they are not drift.
 * @throws Error if the host cannot be looked at
 */
export async function findDrift(
  plan: Pick<VerificationPlan, "applied" | "database" | "directories" | "dockerHost">,
): Promise<{ readonly drift: readonly Drift[]; readonly blocked: readonly string[] }> {
  const script = `${lookBack(plan, plan.database.container)}look\n`;
  const ran = await hostExec(plan.dockerHost, ["/bin/sh", "-s"], script);
  if (ran.code !== 0) throw new Error(`the Docker host could not be looked at: ${ran.stderr}`);
  const facts = parseApplied(ran.stdout);
  const found = plan.applied.flatMap(({ thing, revision }): Drift[] => {
    const note = facts.notes[thing.id];
    if (note === undefined) return [{ what: nameOf(thing), reason: "the note of it is gone" }];
    const drift = driftOf(facts, thing, note.state);
    return drift.length > 0 || note.revision === revision
      ? drift
      : [
          {
            what: nameOf(thing),
            reason: "it was applied since by an up that did not end, or by another deployment",
          },
        ];
  });
  const once = new Map(found.map((drift) => [`${drift.what}: ${drift.reason}`, drift]));
  return { drift: [...once.values()], blocked: facts.blockedKeys };
}
