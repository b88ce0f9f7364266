import { fullToolName } from "../common/names.ts";
import { type MatrixModel, accessMatrix } from "./grants.ts";

/** One connector's part of the matrix: its tools down, the keys across. */
export interface MatrixBlock {
  readonly alias: string;
  readonly description: string;
  readonly keys: readonly string[];
  readonly rows: readonly { readonly tool: string; readonly allowed: readonly boolean[] }[];
}

export function matrixBlocks(model: MatrixModel): MatrixBlock[] {
  const matrix = accessMatrix(model);
  const keys = model.keys.map((key) => key.name);
  return model.connectors.map((connector) => ({
    alias: connector.alias,
    description: connector.title,
    keys,
    rows: Object.keys(connector.lock)
      .sort()
      .map((tool) => ({
        tool,
        allowed: keys.map((key) => matrix[key]?.[connector.alias]?.includes(tool) === true),
      })),
  }));
}

/** The matrix for a terminal. */
export function matrixText(model: MatrixModel): string {
  const blocks = matrixBlocks(model);
  if (blocks.length === 0) return "No connectors yet.\n";
  return blocks
    .map(({ alias, description, keys, rows }) => {
      const width = Math.max(...rows.map(({ tool }) => alias.length + tool.length + 1), 10);
      const columns = keys.map((key) => Math.max(key.length, 3));
      const line = (first: string, cells: readonly string[]): string =>
        [first.padEnd(width), ...cells.map((cell, at) => cell.padEnd(columns[at] ?? 3))]
          .join("  ")
          .trimEnd();
      return [
        `${alias}: ${description}`,
        line("", keys),
        ...rows.map(({ tool, allowed }) =>
          line(
            fullToolName(alias, tool),
            allowed.map((yes) => (yes ? "yes" : "-")),
          ),
        ),
      ].join("\n");
    })
    .join("\n\n")
    .concat("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The matrix as one page that needs nothing else, to look at and to print. */
export function matrixHtml(model: MatrixModel, stack: string): string {
  const keyRows = model.keys.map((key) => {
    const until = key.expires === undefined ? "" : new Date(key.expires * 1000).toISOString();
    const cells = [key.name, key.owner ?? "", key.purpose ?? "", key.models.join(", "), until];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;
  });
  const tables = matrixBlocks(model).map(
    ({ alias, description, keys, rows }) =>
      `<h2>${escaped(alias)} <small>${escaped(description)}</small></h2>
<table><thead><tr><th scope="col">tool</th>${keys.map((key) => `<th scope="col">${escaped(key)}</th>`).join("")}</tr></thead>
<tbody>
${rows
  .map(
    ({ tool, allowed }) =>
      `<tr><th scope="row">${escaped(fullToolName(alias, tool))}</th>${allowed.map((yes) => (yes ? '<td class="yes">yes</td>' : "<td>–</td>")).join("")}</tr>`,
  )
  .join("\n")}
</tbody></table>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Who may call what: ${escaped(stack)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2330;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}small{color:#5a6577;font-weight:400}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #cfd6e0;padding:.3rem .6rem;text-align:left}
thead th{background:#eef2f7}tbody th{font-weight:400;font-family:ui-monospace,monospace}
td.yes{background:#dff3e4;font-weight:600}tr{break-inside:avoid}
@media print{body{margin:0;max-width:none}}
</style></head><body>
<h1>Who may call what: stack ${escaped(stack)}</h1>
<table><thead><tr><th>key</th><th>owner</th><th>purpose</th><th>models</th><th>expires</th></tr></thead>
<tbody>
${keyRows.join("\n")}
</tbody></table>
${tables.join("\n")}
</body></html>
`;
}
