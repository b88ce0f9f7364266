import type { JsonSchema } from "../../config/problems.ts";

interface Row {
  readonly path: string;
  readonly usual: string;
  readonly meaning: string;
}

/** What a table cannot say of a part: its purpose, and where it is explained. */
const about: Readonly<Record<string, string>> = {
  dockerHost: "The Docker engine. Another machine's: [the LAN host](lan-host.md).",
  ssh: "How a Docker host over SSH is reached: [the LAN host](lan-host.md).",
  gateway: "What clients are told, and where the edge listens.",
  directories: "Where rendered files and secrets are, on the Docker host.",
  network: "The gateway's own Docker network.",
  networkRange:
    "A connector's network is a /28 of it. Preview goes round what the host already has, and says which range is free.",
  externalNetworks: "Existing networks are looked up, never made or removed.",
  namePrefix:
    "A second gateway on one host needs its own ports, network, volume and directories too.",
  database: "LiteLLM's PostgreSQL: [the database](database.md).",
  proxy:
    "LiteLLM. While it is replaced there are two, so its memory is needed twice. Why `readOnlyRoot`: [its container](decisions/proxy-container.md). What the limits do: [the guard](decisions/guard.md).",
  edge: "HAProxy, the only part that is published. An unknown name gets 421, an address outside `sources` 403: [the edge](security.md#the-edge).",
  ingress: "A reverse proxy in front of the edge: [beside Traefik](lan-host.md#beside-traefik).",
  mockModel: "The scripted model behind `provider: mock`.",
  egressProxy:
    "Squid: the way out of connectors with filtered egress, and of LiteLLM to model providers.",
  policy: "What is refused and not only warned of.",
  models:
    "By the name that clients use; `gpt-4o-mock: {provider: mock}` if left out. `apiBase`, or the provider's usual host, and `hosts` are all that LiteLLM reaches.",
  connectors: "By an id of your own: [connectors](connectors.md).",
  keys: "One for each client: [clients and keys](clients.md).",
  accessGroups: "Sets of connectors and tools that keys name under `groups`.",
  imageMirrorFile: "For an office without a way to the registries.",
};

const code = (value: unknown): string =>
  `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

const isEmpty = (value: unknown): boolean =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** The objects that a value may be: itself, or the branches of a union that are objects. */
const objectsIn = (schema: JsonSchema): readonly JsonSchema[] =>
  [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter(
    (each) => each.properties !== undefined,
  );

/** What a value without a description of its own is. */
function kindOf(schema: JsonSchema): string {
  if (schema.type === undefined)
    return [...new Set([...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(kindOf))].join(", ");
  const kinds: Readonly<Record<string, string>> = {
    string: "text",
    integer: "a whole number",
    boolean: "`true` or `false`",
    array: "a list",
    object: "an object",
  };
  return [schema.type]
    .flat()
    .map((type) => kinds[type] ?? `a ${type}`)
    .join(", ");
}

function meaningOf(schema: JsonSchema): string {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  const said =
    schema.description ??
    schema.items?.description ??
    [...new Set(branches.flatMap((each) => each.description ?? []))].join("; ");
  const example = (schema.examples ?? schema.items?.examples)?.[0];
  const needsExample =
    example !== undefined && (schema.default === undefined || isEmpty(schema.default));
  const parts = [
    ...(values === undefined ? [] : [values.map(code).join(" or ")]),
    ...(said === "" ? [] : [said]),
    ...(needsExample ? [`e.g. ${code(example)}`] : []),
  ];
  return parts.length === 0 ? kindOf(schema) : parts.join("; ");
}

function usualOf(schema: JsonSchema, isNeeded: boolean): string {
  if (isNeeded) return "needed";
  return schema.default === undefined || isEmpty(schema.default) ? "–" : code(schema.default);
}

/** `schema` at `path` as rows, each leaf one; `apart` are paths that have a table of their own. */
function rowsOf(
  path: string,
  schema: JsonSchema,
  isNeeded: boolean,
  apart: ReadonlySet<string>,
): Row[] {
  const own: Row = { path, usual: usualOf(schema, isNeeded), meaning: meaningOf(schema) };
  if (apart.has(path)) return [{ ...own, meaning: `${own.meaning}: [below](#${anchorOf(path)})` }];
  const values = schema.additionalProperties;
  if (typeof values === "object" && objectsIn(values).length > 0) {
    const isPlainToo = [...(values.anyOf ?? []), ...(values.oneOf ?? [])].some(
      (branch) => branch.properties === undefined,
    );
    const each = { path: `${path}.<name>`, usual: "–", meaning: meaningOf(values) };
    return [...(isPlainToo ? [each] : []), ...childRows(each.path, values, apart)];
  }
  const children = childRows(path, schema, apart);
  if (children.length === 0) return [own];
  // A union's other branches, and an object that may be left out, are said in a row of their own.
  return schema.properties === undefined || schema.description !== undefined
    ? [own, ...children]
    : children;
}

function childRows(path: string, schema: JsonSchema, apart: ReadonlySet<string>): Row[] {
  const rows = objectsIn(schema).flatMap((object) =>
    Object.entries(object.properties ?? {}).flatMap(([name, child]) =>
      rowsOf(`${path}.${name}`, child, object.required?.includes(name) ?? false, apart),
    ),
  );
  // What the branches of a union have in common is said once.
  const paths = [...new Set(rows.map((row) => row.path))];
  return paths.map((each) => {
    const same = rows.filter((row) => row.path === each);
    const usual = new Set(same.map((row) => row.usual));
    const meanings = new Set(same.map((row) => row.meaning));
    return {
      path: each,
      usual: usual.size === 1 ? [...usual].join("") : "–",
      meaning: [...meanings].join("; or "),
    };
  });
}

const anchorOf = (path: string): string => path.replaceAll(/[^A-Za-z.]/g, "");

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const table = (rows: readonly Row[]): string[] => [
  "| key | default | meaning |",
  "| --- | ------- | ------- |",
  ...rows.map(({ path, usual, meaning }) => `| \`${path}\` | ${cell(usual)} | ${cell(meaning)} |`),
];

/** `docs/configuration.md`, from what the schema says of itself. */
export function configReference(config: JsonSchema): string {
  const definition = "connectors.<name>.definition";
  const apart = new Set([definition]);
  const keys = Object.entries(config.properties ?? {});
  const definitionSchema = keys
    .filter(([key]) => key === "connectors")
    .flatMap(([, { additionalProperties: values }]) =>
      typeof values === "object" ? (values.properties?.["definition"] ?? []) : [],
    );
  const silent = keys.map(([key]) => key).filter((key) => about[key] === undefined);
  if (silent.length > 0)
    throw new Error(
      `ops/lib/config-reference.ts says nothing about ${silent.join(", ")}: add a line to "about"`,
    );
  return [
    "<!-- Written by `make schema` from the schema's own descriptions: change those, not this file. -->",
    "",
    "# Configuration",
    "",
    "In `Pulumi.<stack>.yaml`, under `config:`, each key with `mcp-gateway:` before it. `Pulumi.local.yaml` and",
    "`Pulumi.lan.yaml` are complete and commented; editors with a YAML language server complete them from",
    "`schemas/stack-config.json`. Or by command:",
    "",
    "```sh",
    "pulumi config set --path 'mcp-gateway:gateway.port' 4000",
    "pulumi config set --secret --path 'mcp-gateway:connectors.orders.inputs.databaseUri'   # asks for it",
    "```",
    "",
    "Every mistake is reported at once, with the command that puts it right, before anything is changed. A secret in",
    "plain text is a mistake too. `<name>` stands for a name of your own.",
    "",
    ...keys.flatMap(([key, schema]) => [
      `## ${key}`,
      "",
      about[key] ?? "",
      "",
      ...table(rowsOf(key, schema, config.required?.includes(key) ?? false, apart)),
      "",
    ]),
    ...definitionSchema.flatMap((schema) => [
      `<a id="${anchorOf(definition)}"></a>`,
      "",
      "## A connector's definition",
      "",
      "What a file of `mcp-connectors/` has, and what `definition` may have instead of `use`. Paths are below",
      `\`${definition}\`.`,
      "",
      ...table(
        childRows("", schema, apart).map((row) => ({ ...row, path: row.path.replace(/^\./, "") })),
      ),
      "",
    ]),
  ].join("\n");
}
