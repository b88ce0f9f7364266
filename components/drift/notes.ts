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

/** One note: a word, and how what was applied under it looked right afterwards. */
export interface Note {
  /** The directory of the notes. */
  readonly applied: string;
  /** The note's file: a name that no other resource has. */
  readonly id: string;
  /**
   * The word of `Words`: part of the script, so that another one makes Pulumi run it again, and
   * kept in the note, so that the next look reads the same.
   */
  readonly word: string;
  /** A command of applied.sh that prints the state; nothing to compare if left out. */
  readonly state?: string;
  /** Files that can be looked at without asking Docker. */
  readonly files?: { readonly directory: string; readonly names: readonly string[] };
}

const place = ({ applied, id, word }: Note): string =>
  shellVariables({ APPLIED: applied, ID: id, WORD: word });

/** A script that writes its note once it has ended well. */
export function noted(script: string, note: Note): string {
  const { files } = note;
  const looked = shellVariables({
    PLACE: files?.directory ?? "",
    PLACE_NAMES: (files?.names ?? []).join(" "),
  });
  const state = files === undefined ? (note.state ?? ":") : 'file_state "$PLACE" $PLACE_NAMES';
  return `set -e\n(\n${script})\n${place(note)}${looked}${noteFunctions}(
  umask 077
  mkdir -p "$APPLIED"
  chmod 700 "$APPLIED"
  printf '%s\\n' "$WORD" "$(${state})" "$PLACE" "$PLACE_NAMES" >"$APPLIED/.$ID.new"
  mv "$APPLIED/.$ID.new" "$APPLIED/$ID"
)
`;
}

/** A script that takes its note away once it has ended well. */
export function forgotten(script: string, note: Pick<Note, "applied" | "id">): string {
  const variables = shellVariables({ APPLIED: note.applied, ID: note.id });
  return `set -e\n(\n${script})\n${variables}rm -f "$APPLIED/$ID"
rmdir "$APPLIED" 2>/dev/null || true
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
