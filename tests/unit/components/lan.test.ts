import deploy from "../../../index.ts";
import { leaksOf } from "../../support/leaks.ts";
import { type Recording, record, reveal } from "../../support/recorder.ts";
import { stackConfig } from "../../support/stack-file.ts";

jest.mock("../../../components/preflight/preflight.ts", () => ({
  preflight: async (model: unknown) => {
    const { notLooked } = await import("../../../components/drift/decisions.ts");
    return { model, look: notLooked };
  },
}));

let recording: Recording;
beforeAll(async () => {
  recording = await record(deploy, "lan", stackConfig("lan"));
});

const ssh = ["-F", ".gateway/ssh/administrator@linuxserver.lan/config"];

it("reaches the server over SSH, and nothing says by which key", () => {
  expect(recording.ofType("command:remote:Command")).toEqual([]);
  const commands = recording
    .ofType("command:local:Command")
    .filter(({ name }) => name !== "mcp-gateway-verification-run");
  expect(commands.length).toBeGreaterThan(20);
  for (const { name, inputs } of commands)
    expect([name, inputs["interpreter"]]).toEqual([name, ["ssh", ...ssh, "linuxserver.lan"]]);
  const everything = JSON.stringify(recording.resources.map(({ inputs }) => reveal(inputs)));
  expect(everything).not.toContain("AAAAC3NzaC1lZDI1NTE5AAAAIFAKE");
});

it("runs nothing on this machine but the verification", () => {
  expect(
    recording
      .ofType("command:local:Command")
      .filter(({ inputs }) => (inputs["interpreter"] as string[])[0] !== "ssh")
      .map(({ name, inputs }) => [name, inputs["create"]]),
  ).toEqual([["mcp-gateway-verification-run", "exec node ops/verify.ts"]]);
});

it("deploys to the server's engine only", () => {
  expect(recording.ofType("pulumi:providers:docker").map(({ inputs }) => inputs)).toEqual([
    { host: "ssh://administrator@linuxserver.lan", sshOpts: JSON.stringify(ssh) },
  ]);
});

it("publishes the edge to the LAN, and nothing else", () => {
  const ports = recording
    .ofType("docker:index/container:Container")
    .flatMap(({ inputs }) => inputs["ports"] as object[]);
  expect(ports).toEqual([{ internal: 4000, external: 4000, ip: "0.0.0.0", protocol: "tcp" }]);
});

it("looks the server's networks up and keeps to the plan's directories", () => {
  expect(recording.calls.map(({ inputs }) => inputs)).toEqual([{ name: "postgres-net" }]);
  const sources = recording
    .ofType("docker:index/container:Container")
    .flatMap(({ inputs }) => inputs["mounts"] as { type: string; source: string }[])
    .filter(({ type }) => type === "bind")
    .map(({ source }) => source.replace(/[0-9a-f]{12}$/, "<hash>"));
  expect(sources).toEqual([
    "/home/administrator/projects/mcp/gateway/config/connectors/<hash>",
    "/home/administrator/secrets/mcp-gateway/mcp-postgres/connector.env",
    "/home/administrator/secrets/mcp-gateway/postgres/password",
    "/home/administrator/projects/mcp/gateway/config/edge",
    "/home/administrator/projects/mcp/gateway/config/proxy/<hash>",
    "/home/administrator/projects/mcp/gateway/config/policy",
    "/home/administrator/secrets/mcp-gateway/proxy/proxy.env",
    "/home/administrator/projects/mcp/gateway/config/mock-model/<hash>",
    "/home/administrator/projects/mcp/gateway/config/relay",
  ]);
});

it("has no secret in the clear", () => {
  expect(leaksOf(recording)).toEqual([]);
});
