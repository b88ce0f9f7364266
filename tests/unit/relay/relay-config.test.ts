import { relayConfig, relayFiles } from "../../../components/relay/relay-config.ts";

const upstreams = [
  { id: "notes", alias: "notes", host: "mcp-notes", port: 9000 },
  { id: "planets", alias: "db", host: "mcp-planets", port: 8686 },
];
const section = (id: string): string[] =>
  (
    relayConfig(upstreams)
      .split(/\n\n/)
      .find((text) => text.startsWith(`listen ${id}\n`)) ?? ""
  )
    .split("\n")
    .map((line) => line.trim());

it("has a door for each connector, and one for its own health", () => {
  expect(relayConfig(upstreams).match(/^(listen|frontend|backend) .*$/gm)).toEqual([
    ...["listen notes", "listen planets", "frontend health"],
  ]);
  expect(relayConfig([]).match(/^(listen|frontend|backend) .*$/gm)).toEqual(["frontend health"]);
});

it("sends each port to one server, under the name that every server accepts", () => {
  expect(section("planets")).toEqual(
    expect.arrayContaining([
      "bind :20643",
      "http-request set-header Host localhost:8686",
      "server connector mcp-planets:8686 check inter 5s fastinter 500ms downinter 1s fall 2 rise 1 resolvers docker init-addr libc,none",
    ]),
  );
});

it("says in JSON, by the client's name for it, which connector does not answer", () => {
  const bodies = section("planets").flatMap((line) => {
    const found = /^http-error status (\d+) .* string '(.*)'$/.exec(line);
    return found === null ? [] : [[Number(found[1]), JSON.parse(found[2] ?? "") as unknown]];
  });
  const error = (message: string) => ({ error: { message, type: "mcp_gateway" } });
  expect(bodies).toEqual([
    [503, error("the connector db does not answer")],
    [504, error("the connector db has not answered in time")],
  ]);
});

it("tells its version, which changes with every connector", () => {
  const version = (list: typeof upstreams) =>
    relayFiles(list).find(({ name }) => name === "version")?.content;
  expect(version(upstreams)).toMatch(/^[0-9a-f]{12}$/);
  expect(version(upstreams.slice(1))).not.toBe(version(upstreams));
});
