import { posix } from "node:path";
import { keyring } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { hostScript, scriptText } from "../shell/script.ts";
import { shellVariables } from "../shell/shell.ts";

/** Functions that every note and the look back at it share. */
export const noteFunctions = scriptText("drift/applied.sh");

/** Where the notes are: beside the rendered files, for the deployer alone. */
const notesIn = (configDirectory: string): string => posix.join(configDirectory, ".applied");

/** The same for a component. */
export function notesOf(platform: { readonly host: Pick<GatewayModel, "directories"> }): string {
  return notesIn(platform.host.directories.config);
}

/** One note: a revision, and how what was applied under it looked right afterwards. */
export interface Note {
  /** The directory of the notes. */
  readonly applied: string;
  /** The note's file: a name that no other resource has. */
  readonly id: string;
  /**
   * The thing's revision: part of the script, so that another one makes Pulumi run it again, and
   * kept in the note, so that the next look reads the same.
   */
  readonly revision: string;
  /** A command of applied.sh that prints the state; nothing to compare if left out. */
  readonly state?: string;
  /** Files that can be looked at without asking Docker. */
  readonly files?: { readonly directory: string; readonly names: readonly string[] };
}

const place = ({ applied, id, revision }: Note): string =>
  shellVariables({ APPLIED: applied, ID: id, REVISION: revision });

/**
 * A script that writes its note once it has ended well, if no other run of it has begun since: an
 * `up` whose SSH is cut leaves its script running on the host, and one that ended after that of the
 * next `up` wrote its older note over the newer one (2026-11-30).
 */
export function noted(script: string, note: Note): string {
  const { files } = note;
  const looked = shellVariables({
    PLACE: files?.directory ?? "",
    PLACE_NAMES: (files?.names ?? []).join(" "),
  });
  const state = files === undefined ? (note.state ?? ":") : 'file_state "$PLACE" $PLACE_NAMES';
  return `${place(note)}${looked}${noteFunctions}set -e
claim_note
(
${script})
write_note "$(${state})"
`;
}

/**
 * A script that takes its note away once it has ended well; with the last note go the claims of runs
 * that failed.
 */
export function forgotten(script: string, note: Pick<Note, "applied" | "id">): string {
  const variables = shellVariables({ APPLIED: note.applied, ID: note.id });
  return `set -e\n(\n${script})\n${variables}rm -f "$APPLIED/$ID" "$APPLIED/.$ID.claim"
[ -n "$(ls "$APPLIED" 2>/dev/null)" ] || rm -rf "$APPLIED"
rmdir "$(dirname "$APPLIED")" 2>/dev/null || true
`;
}

/**
 * The shell function `look`, which reads back what was noted: lines for `parseApplied`.
 * @param database the container that LiteLLM's database is reached through
 */
export function lookBack(deployed: Pick<GatewayModel, "directories">, database: string): string {
  return (
    noteFunctions +
    hostScript("drift/look.sh", {
      APPLIED: notesIn(deployed.directories.config),
      FILES: deployed.directories.config,
      DATABASE: database,
      KEYRING: keyring,
    })
  );
}
