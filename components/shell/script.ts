import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shellVariables } from "./shell.ts";

const components = join(import.meta.dirname, "..");

/** A script's text: `drift/applied.sh` is components/drift/scripts/applied.sh. */
export function scriptText(file: string): string {
  const [room = "", name = ""] = file.split("/");
  return readFileSync(join(components, room, "scripts", name), "utf8");
}

/**
 * A script with its variables in front.
 * @param file the room and the script: `host/write-files.sh` is components/host/scripts/write-files.sh
 * @param variables no secrets: the script's text is in the state and in `ps`
 */
export function hostScript(file: string, variables: Readonly<Record<string, string>>): string {
  return shellVariables(variables) + scriptText(file);
}
