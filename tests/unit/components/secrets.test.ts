import * as pulumi from "@pulumi/pulumi";
import { scramVerifier } from "../../../components/database/scram.ts";
import { exampleApiKey, exampleConfig, exampleUri, modelOf } from "../../support/config.ts";
import { holdersOf, leaksOf } from "../../support/leaks.ts";
import { recordGateway } from "../../support/record-gateway.ts";
import { type Recording, isSecret, randomValue, reveal } from "../../support/recorder.ts";

let recording: Recording;

beforeAll(async () => {
  recording = await recordGateway(modelOf(exampleConfig()));
});

const commands = () => recording.resources.filter(({ type }) => type.startsWith("command:"));

it("has no secret value in the clear in any input", () => {
  expect(leaksOf(recording)).toEqual([]);
});

it("brings the secrets where they are needed, and nowhere else", () => {
  expect(holdersOf(recording, exampleUri)).toEqual(["gateway-connector-reports-secrets"]);
  expect(holdersOf(recording, "example-token")).toEqual(["gateway-connector-notes-secrets"]);
  expect(holdersOf(recording, exampleApiKey)).toEqual([
    "gateway-proxy-ready",
    "gateway-proxy-secrets",
  ]);
  expect(holdersOf(recording, randomValue("gateway-postgres-superuser-password"))).toEqual([
    "gateway-postgres-password-file",
  ]);
  const samples = "gateway-connector-planets-samples";
  expect(holdersOf(recording, randomValue(`${samples}-reader-password`))).toEqual([
    "gateway-connector-planets-secrets",
  ]);
  expect(holdersOf(recording, scramVerifier(randomValue(`${samples}-reader-password`)))).toEqual([
    `${samples}-sql`,
  ]);
  expect(holdersOf(recording, randomValue(`${samples}-superuser-password`))).toEqual([
    `${samples}-password-file`,
  ]);
  expect(holdersOf(recording, randomValue("gateway-postgres-litellm-password"))).toEqual([
    "gateway-postgres-setup",
    "gateway-proxy-ready",
    "gateway-proxy-secrets",
  ]);
  expect(holdersOf(recording, randomValue("gateway-key-all-value"))).toEqual([
    "gateway-key-all-grant",
    "gateway-key-all-kept",
    "gateway-candidate",
    "gateway-verification-run",
  ]);
  expect(holdersOf(recording, randomValue("gateway-master-key-value"))).toEqual([
    "gateway-master-key-kept",
    "gateway-proxy-ready",
    "gateway-proxy-secrets",
  ]);
  expect(holdersOf(recording, randomValue("gateway-fingerprint-key"))).toEqual([]);
});

it("marks the standard input of every command secret", () => {
  expect(commands().length).toBeGreaterThan(15);
  for (const { name, inputs } of commands())
    expect([name, isSecret(inputs["stdin"])]).toEqual([name, true]);
});

it("logs no command's output and keeps it secret", () => {
  for (const { name, inputs, options } of commands()) {
    expect([name, inputs["logging"], inputs["addPreviousOutputInEnv"]]).toEqual([
      name,
      "none",
      false,
    ]);
    expect("environment" in inputs).toBe(false);
    if (name !== "gateway-verification-run")
      expect([name, options.additionalSecretOutputs]).toEqual([name, ["stdout", "stderr"]]);
  }
});

it("uses triggers only where nothing is deleted, or has to be before it is made again", () => {
  const triggered = commands().filter(
    ({ name, inputs }) => "triggers" in inputs && !name.startsWith("gateway-relay-link-"),
  );
  expect(triggered.map(({ name, inputs }) => [name, inputs["triggers"], inputs["delete"]])).toEqual(
    [["gateway-candidate", ["mcp-litellm-proxy-ab12cd"], undefined]],
  );
});

it("makes passwords that need no quoting, long enough for LiteLLM's rule", () => {
  const random = recording.ofType("random:index/randomPassword:RandomPassword");
  expect(random.map(({ name, inputs }) => [name, inputs["length"], inputs["special"]])).toEqual([
    ["gateway-key-all-value", 40, false],
    ["gateway-key-nobody-value", 40, false],
    ["gateway-postgres-litellm-password", 32, false],
    ["gateway-postgres-superuser-password", 32, false],
    ["gateway-connector-planets-samples-reader-password", 32, false],
    ["gateway-connector-planets-samples-superuser-password", 32, false],
    ["gateway-admin-secret", 40, false],
    ["gateway-fingerprint-key", 32, false],
    ["gateway-master-key-value", 40, false],
    ["gateway-relay-secret", 48, false],
    ["gateway-salt-key-value", 40, false],
  ]);
});

it("changes a kept secret only with its rotation word", () => {
  const value = recording.one(
    "random:index/randomPassword:RandomPassword",
    "gateway-key-all-value",
  );
  expect(value.inputs["keepers"]).toEqual({ rotation: "1" });
  const kept = recording.one("command:local:Command", "gateway-key-all-kept");
  expect(reveal(kept.inputs["stdin"])).toBe(`1 0 sk-${randomValue("gateway-key-all-value")}\n`);
});

it("writes the proxy's env file with every secret it needs, for its user alone", () => {
  const command = recording.one("command:local:Command", "gateway-proxy-secrets");
  const [name, mode, owner, content = ""] = String(reveal(command.inputs["stdin"]))
    .trim()
    .split(" ");
  expect([name, mode, owner]).toEqual(["proxy.env", "600", "0:0"]);
  const password = randomValue("gateway-postgres-litellm-password");
  expect(Buffer.from(content, "base64").toString()).toBe(
    [
      `DATABASE_URL='postgresql://litellm:${password}@mcp-litellm-postgres:5432/litellm'`,
      `LITELLM_MASTER_KEY='sk-${randomValue("gateway-master-key-value")}'`,
      `LITELLM_SALT_KEY='sk-${randomValue("gateway-salt-key-value")}'`,
      `MCP_GATEWAY_ADMIN_SECRET='${randomValue("gateway-admin-secret")}'`,
      `MCP_GATEWAY_RELAY_SECRET='${randomValue("gateway-relay-secret")}'`,
      `MODEL_KEY_GPT_4O='${exampleApiKey}'`,
      "",
    ].join("\n"),
  );
});

it("exports keys and the plan as secrets, the rest in the clear", async () => {
  const { outputs } = recording;
  const secret = async (name: string) => pulumi.isSecret(outputs[name] as pulumi.Output<unknown>);
  expect(await secret("masterKey")).toBe(true);
  expect(await secret("adminSecret")).toBe(true);
  expect(await secret("virtualKeys")).toBe(true);
  expect(await secret("verificationPlan")).toBe(true);
  expect(await secret("verification")).toBe(false);
  expect(outputs["gatewayUrl"]).toBe("http://127.0.0.1:4000");
  expect(outputs["accessMatrix"]).toEqual({
    all: {
      notes: ["add", "remove", "search"],
      db: ["execute_sql", "list_schemas"],
      reports: ["execute_sql", "list_schemas"],
    },
    nobody: {},
  });
  expect(outputs["connectors"]).toEqual({
    notes: {
      url: "http://mcp-relay:25552/mcp",
      serverId: "4c3c54b1add4972b022fdc884013374b",
      transport: "http",
      hostPort: 48020,
    },
    db: {
      url: "http://mcp-relay:20643/sse",
      serverId: "4e8f2fad8594bced8eb67a5cc8e1ebac",
      transport: "sse",
    },
    reports: {
      url: "http://mcp-relay:20975/sse",
      serverId: "e13f4d4c2c6a64022aef2d75b92e793d",
      transport: "sse",
      hostPort: 48011,
    },
  });
});
