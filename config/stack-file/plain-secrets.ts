import { type Problem, setSecret } from "../common/problem.ts";
import { Secret } from "../common/secret.ts";

type Path = readonly (string | number)[];

/** Whether the value at a path is encrypted in the stack's file. */
export type IsEncrypted = (path: Path) => boolean;

/** What is said of a secret that is not. */
export function plainSecret(path: Path, fix: string): Problem {
  return {
    path,
    message: "this is a secret, and it stands in the stack's file for everyone to read",
    allowed: "a value set with --secret; and where the file has been shared, a new one",
    fix,
  };
}

function secretsIn(value: unknown, path: Path): Path[] {
  if (value instanceof Secret) return [path];
  if (Array.isArray(value))
    return value.flatMap((item, index) => secretsIn(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => secretsIn(item, [...path, name]));
}

/**
 * Every value that the schema calls a secret and that is not encrypted. Connectors' inputs are not
 * among them: their definitions say which is one.
 * @param isEncrypted without it nobody can tell, and nothing is found
 */
export function plainSecrets(config: unknown, isEncrypted: IsEncrypted | undefined): Problem[] {
  if (isEncrypted === undefined) return [];
  return secretsIn(config, [])
    .filter((path) => !isEncrypted(path))
    .map((path) => plainSecret(path, setSecret(path)));
}
