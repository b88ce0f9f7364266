import type { Catalogue, ConnectorDefinition } from "./definition.ts";
import { isSecretInput } from "./input.ts";

function row(name: string, definition: ConnectorDefinition): string[] {
  const remote = definition.transport === "remote";
  const inputs = Object.entries(definition.inputs).map(
    ([input, { type, required, default: value }]) =>
      `${input}${required && value === undefined ? "" : "?"}${isSecretInput(type) ? " (secret)" : ""}`,
  );
  return [
    name,
    remote ? `remote ${definition.serves}` : definition.transport,
    remote ? "-" : String(definition.hostPort ?? "-"),
    remote ? "-" : definition.egress.mode,
    inputs.join(", ") || "-",
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((cells) => (cells[at] ?? "").length)),
  );
  return rows
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function vettingText(name: string, { vetting, title }: ConnectorDefinition): string {
  if (vetting === undefined) return `${name}: ${title}\n  not vetted`;
  const { licence, maintainer, lastRelease, authentication, healthEndpoint } = vetting;
  const facts = Object.entries({
    licence,
    maintainer,
    "last release": lastRelease,
    authentication,
    "health endpoint": healthEndpoint,
    "known holes": vetting.knownHoles.join("; ") || "none known",
    sources: vetting.sources.join("; "),
    checked: vetting.checked,
  });
  return [`${name}: ${title}`, ...facts.map(([word, text]) => `  ${word.padEnd(16)} ${text}`)].join(
    "\n",
  );
}

/** The catalogue for a terminal: a table of what there is, then what is known of each. */
export function catalogueText(catalogue: Catalogue): string {
  const entries = Object.entries(catalogue);
  const head = ["connector", "transport", "host port", "egress", "inputs (? may be left out)"];
  return `${[
    table([head, ...entries.map(([name, definition]) => row(name, definition))]),
    ...entries.map(([name, definition]) => vettingText(name, definition)),
  ].join("\n\n")}\n`;
}
