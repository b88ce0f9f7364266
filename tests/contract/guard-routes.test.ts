import { describeWithDocker } from "../support/docker.ts";
import { closedRoutes, routes } from "../support/routes.ts";
import { type Guarded, type Key, Observer, keys, model, withGuarded } from "../support/guarded.ts";

jest.setTimeout(120_000);

const planets = model.connectors.find(({ alias }) => alias === "db");
const unknown = "this key is not in the gateway's policy: it may call nothing";
const outside = (key: string, tool: string, has: string): string =>
  `key "${key}" may not call "${tool}": its row has ${has}`;

/** Key, name as it is called, and what must come of it: undefined means that it is executed. */
const cases: readonly (readonly [Key, string, string | undefined])[] = [
  ["part", "db-list_schemas", undefined],
  ["both", "notes-execute_sql", undefined],
  [
    "part",
    "execute_sql",
    'key "part" may not call "execute_sql" by its bare name: call "db-execute_sql"',
  ],
  ...[
    "db-list_objects",
    "notes-execute_sql",
    "notes-write_file",
    "write_file",
    "reports-list_schemas",
    "DB-list_schemas",
    "db--list_schemas",
    "db_list_schemas",
    " db-list_schemas",
    "db-LIST_SCHEMAS",
    `${planets?.serverName}-list_schemas`,
    `${planets?.serverId}-list_schemas`,
    "nowhere-at_all",
  ].map((tool) => ["part", tool, outside("part", tool, "db (2 tools)")] as const),
  ["both", "db-execute_sql", outside("both", "db-execute_sql", "db (1 tool), notes (3 tools)")],
  ["nothing", "db-list_schemas", outside("nothing", "db-list_schemas", "no tools")],
  ["stranger", "db-list_schemas", unknown],
  ["late", "db-list_schemas", 'key "late" expired at 2023-11-14T22:13:20+00:00'],
  ["master", "db-list_schemas", unknown],
];

// Refused as a request, before any model could name a tool.
const noRequest: readonly Key[] = ["nothing", "stranger", "late", "master"];

function refusalAt(name: string, key: Key, refusal: string | undefined): string | undefined {
  if (name.includes("another's") && refusal === undefined)
    return "this call carries two identities: it is refused";
  return name.includes("responses") && key === "nothing"
    ? 'key "nothing" may call none of the tools asked for: its row has no tools'
    : refusal;
}

describeWithDocker("the guard alone, no edge in front, every key granted every server", () => {
  let gateway: Guarded;
  let observer: Observer;
  withGuarded((made) => {
    gateway = made;
    observer = new Observer(made);
  });
  beforeEach(() => observer.forget());
  const results: string[] = [];
  afterAll(() => {
    process.stdout.write(["", ...results.sort(), ""].join("\n"));
  });

  describe.each(Object.entries(routes))("%s", (name, call) => {
    const route = name.startsWith("/mcp-rest")
      ? "/mcp-rest"
      : name.includes("responses")
        ? "/v1/responses"
        : "/mcp";
    const count = { executed: 0, refused: 0 };
    afterAll(() => {
      results.push(`| \`${name}\` | ${count.executed} | ${count.refused} |`);
    });

    it.each(cases)("%s calls %p", async (key, tool, because) => {
      const refusal = refusalAt(name, key, because);
      const seen = await call(gateway, keys[key].value, tool);
      const reached = await observer.executed();
      const [alias, bare] = /^(.+?)-(.*)$/.exec(tool)?.slice(1) ?? [null, tool];
      const line = {
        audit: "mcp",
        key: keys[key].row?.name ?? null,
        connector: alias,
        tool: bare,
        route,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+00:00$/) as string,
        ms: expect.any(Number) as number,
      };
      if (refusal === undefined) {
        expect(seen.status).toBe(200);
        expect(seen.text).toMatch(/schema_name|not SQL/);
        expect(reached).toEqual(alias === "db" ? { notes: [], db: 1 } : { notes: [bare], db: 0 });
        expect(await observer.audit(1)).toEqual([{ ...line, outcome: "ok" }]);
        count.executed++;
        return;
      }
      expect(reached).toEqual({ notes: [], db: 0 });
      expect(seen.text.replaceAll('\\\\"', '"').replaceAll('\\"', '"')).toContain(refusal);
      if (route === "/mcp") expect(seen).toEqual({ status: 200, text: refusal, isError: true });
      if (route === "/mcp-rest") expect(seen.status).toBe(403);
      const asRequest = route === "/v1/responses" && noRequest.includes(key);
      expect(await observer.audit(asRequest ? 0 : 1)).toEqual(
        asRequest ? [] : [{ ...line, outcome: "refused" }],
      );
      count.refused++;
    });
  });

  it.each(Object.entries(closedRoutes))("%s executes nothing", async (_, route) => {
    for (const tool of ["db-list_schemas", "notes-write_file"])
      await route(gateway, keys.part.value, tool);
    expect(await observer.executed()).toEqual({ notes: [], db: 0 });
  });
});
