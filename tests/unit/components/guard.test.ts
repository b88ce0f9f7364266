import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { guardRows } from "../../../components/access/rows.ts";
import { exampleConfig, modelOf } from "../../support/config.ts";
import { recordGateway } from "../../support/record-gateway.ts";
import { type Recording, isSecret, reveal } from "../../support/recorder.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const model = modelOf(exampleConfig());
let recording: Recording;

beforeAll(async () => {
  recording = await recordGateway(model);
});

it("gives every key its connectors' tools by name, never a star", () => {
  const rows = guardRows(model, "sk-master", {
    all: { value: "sk-all" },
    nobody: { value: "sk-nobody" },
  });
  expect(rows.map(({ name, keyHash }) => [name, keyHash])).toEqual([
    ["all", sha256("sk-all")],
    ["nobody", sha256("sk-nobody")],
  ]);
  expect(Object.keys(rows[0]?.tools ?? {}).sort()).toEqual(["db", "notes", "reports"]);
  expect(rows[0]?.tools["db"]).toContain("execute_sql");
  expect([rows[1]?.tools, rows[1]?.models]).toEqual([{}, []]);
});

it("lets the deployer's key do what verification does with it, and no more", () => {
  const [last] = guardRows({ ...model, keys: [] }, "sk-master", {});
  expect(last).toEqual({
    name: "deployer",
    keyHash: sha256("sk-master"),
    tools: { db: ["list_schemas"], notes: ["search"], reports: ["list_schemas"] },
    models: [],
    expires: null,
  });
});

it("writes the policy where the proxy's container finds it, as a secret, before it starts", () => {
  const policy = recording.one("command:local:Command", "gateway-proxy-policy");
  expect(isSecret(policy.inputs["stdin"])).toBe(true);
  const [name, mode, owner, content] = String(reveal(policy.inputs["stdin"])).trim().split(" ");
  expect([name, mode, owner]).toEqual(["policy.json", "600", model.proxy.user]);
  const text = Buffer.from(content ?? "", "base64").toString();
  const document = JSON.parse(text) as { keys: Record<string, { name: string }> };
  expect(
    Object.values(document.keys)
      .map((row) => row.name)
      .sort(),
  ).toEqual(["all", "nobody"]);
  expect(String(policy.inputs["create"])).toContain("/checkout/.gateway/config/policy");
});

it("does not replace the proxy's container for another policy", () => {
  // Whatever the policy says: the container is told a directory that does not change with it.
  const container = recording.one("docker:index/container:Container", "gateway-proxy-container");
  const policy = recording.one("command:local:Command", "gateway-proxy-policy");
  expect(JSON.stringify(container.inputs)).toContain('"/checkout/.gateway/config/policy"');
  expect(policy.options.replaceOnChanges).toEqual(["triggers[*]"]);
  expect("triggers" in policy.inputs).toBe(false);
});

it("puts every file of guard/ beside LiteLLM's configuration, and what is about them nowhere", () => {
  const command = recording.one("command:local:Command", "gateway-proxy-config");
  const written = String(reveal(command.inputs["stdin"])).trim().split("\n");
  const there = readdirSync("guard", { withFileTypes: true }).filter((entry) => entry.isFile());
  expect(written.map((line) => line.split(" ")[0]).sort()).toEqual(
    ["config.yaml", "roots.json", ...there.map(({ name }) => name)]
      .filter((name) => !/^(README\.md|requirements-dev\.(in|txt))$/.test(name))
      .sort(),
  );
});
