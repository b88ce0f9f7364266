import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shellVariables } from "./shell.ts";

const scripts = join("components", "host", "scripts");

/**
 * A script of `components/host/scripts` with its variables in front.
 * @param variables no secrets: the script's text is in the state and in `ps`
 */
export function hostScript(file: string, variables: Readonly<Record<string, string>>): string {
  return shellVariables(variables) + readFileSync(join(scripts, file), "utf8");
}
