import { exampleConfig, modelOf } from "../../../support/config.ts";
import { recordGateway } from "../../../support/record-gateway.ts";
import { type Recording } from "../../../support/recorder.ts";

const CONTAINER = "docker:index/container:Container";
const run = (raw: Record<string, unknown>): Promise<Recording> => recordGateway(modelOf(raw));

const servers = ({ ofType }: Recording) =>
  ofType(CONTAINER).filter(({ name }) => name.includes("-samples-"));

it("is one for each connector that reads samples, on that connector's network and no other", async () => {
  const { connectors, ...raw } = exampleConfig() as { connectors: Record<string, unknown> };
  const second = { use: "postgres", inputs: { databaseUri: { sample: "planets" } } };
  const made = servers(await run({ ...raw, connectors: { ...connectors, second } }));
  expect(made.map(({ inputs }) => [inputs["name"], inputs["networksAdvanced"]])).toEqual([
    [
      "mcp-planets-samples",
      [{ name: "mcp-gateway-net-c-planets", aliases: ["mcp-planets-samples"] }],
    ],
    ["mcp-second-samples", [{ name: "mcp-gateway-net-c-second", aliases: ["mcp-second-samples"] }]],
  ]);
});

it("is the same whatever other connectors there are: one that comes interrupts no other", async () => {
  const { connectors, ...raw } = exampleConfig() as { connectors: Record<string, unknown> };
  const second = { use: "postgres", inputs: { databaseUri: { sample: "planets" } } };
  const [before] = servers(await run({ ...raw, connectors }));
  const [after] = servers(await run({ ...raw, connectors: { ...connectors, second } }));
  expect(after?.inputs).toEqual(before?.inputs);
});

it("keeps nothing: its data is in memory, made by a file that it has at every start", async () => {
  const [server] = servers(await run(exampleConfig()));
  expect(server?.inputs["tmpfs"]).toEqual({
    "/var/lib/postgresql/data": "size=128m,mode=1777",
    "/tmp": "size=4m",
    "/var/run/postgresql": "size=1m,mode=1777",
  });
  const mounts = server?.inputs["mounts"] as { type: string; target: string }[];
  expect(mounts.map(({ type, target }) => [type, target])).toEqual([
    ["bind", "/etc/mcp-gateway"],
    ["bind", "/run/secrets/postgres-password"],
    ["bind", "/docker-entrypoint-initdb.d/samples.sql"],
  ]);
});

it("holds every process to its share before the server starts", async () => {
  const [server] = servers(await run(exampleConfig()));
  expect([server?.inputs["entrypoints"], (server?.inputs["command"] as string[])[0]]).toEqual([
    ["sh", "-c", 'ulimit -d 32768 && exec docker-entrypoint.sh "$@"', "samples"],
    "postgres",
  ]);
});

it("is not there without a reader, whatever samples are configured", async () => {
  expect(servers(await run({ database: { samples: ["planets"] } }))).toEqual([]);
});

it("is there beside a shared database of LiteLLM's as well", async () => {
  const shared = { admin: { password: "an-admin-password" } };
  const database = { mode: "shared", shared, samples: ["planets"] };
  expect(servers(await run({ ...exampleConfig(), database }))).toHaveLength(1);
});
