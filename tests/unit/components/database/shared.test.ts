import { scramVerifier } from "../../../../components/database/scram.ts";
import { parseFindings } from "../../../../components/database/shared-admin.ts";
import { databaseAccess } from "../../../../config/database/access.ts";
import { exampleConfig, exampleUri, modelOf } from "../../../support/config.ts";
import { leaksOf } from "../../../support/leaks.ts";
import { recordGateway } from "../../../support/record-gateway.ts";
import { type Recording, reveal } from "../../../support/recorder.ts";

const raw = (database: object = {}) => ({
  ...exampleConfig(),
  connectors: { reports: { use: "postgres", inputs: { databaseUri: exampleUri } } },
  keys: { all: { connectors: { reports: "*" } } },
  database: { mode: "shared", shared: { admin: { password: "an example password" } }, ...database },
});
const run = (database: object = {}): Promise<Recording> => recordGateway(modelOf(raw(database)));

let recording: Recording;
beforeAll(async () => {
  recording = await run();
});
const command = (name: string, of = recording) => of.one("command:local:Command", name).inputs;

it("makes the verifier that PostgreSQL would keep", () => {
  expect(scramVerifier("example")).toBe(scramVerifier("example"));
  expect(scramVerifier("example")).toMatch(
    /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
  );
  expect(scramVerifier("another")).not.toBe(scramVerifier("example"));
});

it("reads what stands in the way", () => {
  expect(parseFindings("finding\ta sentence\ta fix\nsomething else\n")).toEqual([
    { message: "a sentence", fix: "a fix" },
  ]);
  expect(parseFindings("")).toEqual([]);
});

it("reaches the database from the client container, by LiteLLM's role", () => {
  expect(databaseAccess(modelOf(raw()))).toEqual({
    container: "mcp-litellm-psql",
    user: "litellm_user",
    name: "litellm_db",
  });
  expect(databaseAccess(modelOf(exampleConfig()))).toEqual({
    container: "mcp-litellm-postgres",
    user: "postgres",
    name: "litellm",
  });
});

it("runs a client on the server's network and no server", () => {
  const { inputs } = recording.one("docker:index/container:Container", "gateway-postgres-client");
  expect([inputs["name"], inputs["entrypoints"], inputs["command"], inputs["ports"]]).toEqual([
    "mcp-litellm-psql",
    ["sleep"],
    ["infinity"],
    [],
  ]);
  expect(inputs["networksAdvanced"]).toEqual([
    { name: "mcp-gateway-net-inner", aliases: ["mcp-litellm-psql"] },
    { name: "postgres-net" },
  ]);
  const passage = recording.one("docker:index/container:Container", "gateway-postgres-passage");
  expect([passage.inputs["name"], passage.inputs["memory"], passage.inputs["readOnly"]]).toEqual([
    "mcp-litellm-database",
    64,
    true,
  ]);
  expect(passage.inputs["networksAdvanced"]).toEqual([
    { name: "mcp-gateway-net-inner", aliases: ["mcp-litellm-database"] },
    { name: "postgres-net" },
  ]);
  const proxy = recording.one("docker:index/container:Container", "gateway-proxy-container");
  expect(proxy.inputs["networksAdvanced"]).toEqual([
    { name: "mcp-gateway-net-inner", aliases: ["mcp-litellm-proxy"] },
  ]);
  expect(
    recording
      .ofType("docker:index/container:Container")
      .map(({ inputs: one }) => one["name"])
      .filter((name) => name === "mcp-litellm-postgres"),
  ).toEqual([]);
});

it("keeps the volume that a dedicated server would have, for the keyring", () => {
  const volumes = recording.ofType("docker:index/volume:Volume");
  expect(
    volumes.map(({ name, inputs, options }) => [name, inputs, options.retainOnDelete]),
  ).toEqual([["gateway-postgres-volume", { name: "mcp_gateway_pgdata" }, true]]);
});

it("gives the admin's password and the verifier on standard input alone", () => {
  const stdin = String(reveal(command("gateway-postgres-shared-setup")["stdin"]));
  expect(stdin).toMatch(/^an example password\nSCRAM-SHA-256\$4096:\S+\n$/);
  expect(leaksOf(recording)).toEqual([]);
  for (const { inputs } of recording.resources)
    expect(JSON.stringify({ ...inputs, stdin: "" })).not.toContain("an example password");
});

it("drops nothing unless destroyData is applied", async () => {
  expect(String(command("gateway-postgres-shared-setup")["delete"])).not.toMatch(
    /MODE=|drop database/,
  );
  const told = await run({
    mode: "shared",
    shared: { admin: { password: "x" } },
    destroyData: true,
  });
  const script = String(command("gateway-postgres-shared-setup", told)["delete"]);
  expect(script).toContain("MODE='drop'\n");
  expect(script).toContain('drop database "litellm_db" with (force)');
  expect(script).toContain('drop role "litellm_user"');
});
