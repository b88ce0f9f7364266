import { list } from "../common/problem.ts";
import type { ConnectorDefinition } from "./definition.ts";
import { isSecretInput } from "./input.ts";

export interface DefinitionProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly allowed: string;
}

/** References inside a definition that lead nowhere. */
export function definitionProblems(definition: ConnectorDefinition): DefinitionProblem[] {
  const { inputs, auth } = definition;
  const names = (wanted: (type: ConnectorDefinition["inputs"][string]["type"]) => boolean) =>
    Object.keys(inputs).filter((name) => wanted(inputs[name]?.type ?? "string"));
  const secrets = names(isSecretInput);
  const switches = names((type) => type === "boolean");
  const urls = names((type) => type === "url");
  return [
    ...(auth === undefined || secrets.includes(auth.input)
      ? []
      : [
          {
            path: ["auth", "input"],
            message: `there is no secret input "${auth.input}"`,
            allowed: list(secrets),
          },
        ]),
    ...(definition.transport !== "remote" || urls.includes(definition.url)
      ? []
      : [
          {
            path: ["url"],
            message: `there is no input "${definition.url}" of type url`,
            allowed: list(urls),
          },
        ]),
    ...Object.entries(inputs).flatMap(([name, { writable }]) =>
      writable === undefined || switches.includes(writable)
        ? []
        : [
            {
              path: ["inputs", name, "writable"],
              message: `there is no boolean input "${writable}"`,
              allowed: list(switches),
            },
          ],
    ),
  ];
}
