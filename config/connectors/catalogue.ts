import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { definitionProblems } from "./definition-problems.ts";
import { type Catalogue, connectorDefinition } from "./definition.ts";

/**
 * Reads every `*.yaml` of the catalogue directory; the file's name is the entry's name.
 * @throws Error naming each bad file, with every problem in it
 */
export function readCatalogue(directory: string): Catalogue {
  const entries: [string, Catalogue[string]][] = [];
  const problems: string[] = [];
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith(".yaml")) continue;
    const result = connectorDefinition.safeParse(
      parse(readFileSync(join(directory, file), "utf8")),
    );
    if (!result.success) {
      problems.push(`${file}:\n${z.prettifyError(result.error)}`);
      continue;
    }
    entries.push([file.slice(0, -".yaml".length), result.data]);
    for (const { path, message, allowed } of definitionProblems(result.data))
      problems.push(`${file}:\n✖ ${message} (allowed: ${allowed})\n  → at ${path.join(".")}`);
  }
  if (problems.length > 0)
    throw new Error(`the connector catalogue has problems\n${problems.join("\n")}`);
  return Object.fromEntries(entries);
}
