import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { createInterface } from "node:readline";
import { proof } from "../../components/verification/checks.ts";
import { readCatalogue } from "../../config/connectors/catalogue.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  removeAll,
  testName,
} from "../support/docker.ts";
import { inCheckout } from "../support/paths.ts";
import { scratch } from "../support/shell.ts";
import { startSquid } from "../support/squid.ts";

jest.setTimeout(120_000);

interface Answer {
  readonly result: { readonly content: { readonly text: string }[]; readonly isError: boolean };
}

/** Says one line after the other to a stdio server, and reads one line for each that has an id. */
async function talk(
  server: ChildProcessWithoutNullStreams,
  messages: readonly { readonly id?: number; readonly method: string; readonly params?: unknown }[],
): Promise<unknown> {
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  let last: unknown;
  for (const message of messages) {
    server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    if (message.id === undefined) continue;
    const line = await lines.next();
    last = JSON.parse(String(line.value));
  }
  return last;
}

describeWithDocker("the catalogue's fetch behind its proxy", () => {
  const [inner, squid, server] = ["inner", "squid", "fetch"].map((what) => testName(what)) as [
    string,
    string,
    string,
  ];
  const place = scratch();
  const definition = readCatalogue(inCheckout("mcp-connectors"))["fetch"];
  if (definition === undefined || definition.transport !== "stdio") throw new Error("no fetch");
  const { egress, verify } = definition;

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    await dockerOk(["network", "create", "--label", "mcp-gateway.test=true", "--internal", inner]);
    const { allow } = egress;
    await startSquid(squid, place.path, { mode: "filtered", allow, private: [] }, [inner]);
  });
  afterAll(async () => {
    await removeAll([server, squid], [inner]);
    place.remove();
  });

  it("passes the verification of its own definition", async () => {
    const [entrypoint = "", ...command] = definition.command;
    const running = spawn("docker", [
      "run",
      "--rm",
      "--interactive",
      "--name",
      server,
      "--label",
      "mcp-gateway.test=true",
      "--network",
      inner,
      "--dns",
      "127.0.0.1",
      "--dns-option",
      "attempts:1",
      "--dns-option",
      "timeout:1",
      "--env",
      `HTTP_PROXY=http://${squid}:3128`,
      "--entrypoint",
      entrypoint,
      image(definition.image),
      ...command,
    ]);
    const client = { name: "test", version: "1" };
    const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: client };
    const call = { name: verify.tool, arguments: verify.arguments };
    const { result } = (await talk(running, [
      { id: 1, method: "initialize", params: hello },
      { method: "notifications/initialized" },
      { id: 2, method: "tools/call", params: call },
    ])) as Answer;
    running.stdin.end();
    const text = result.content.map((part) => part.text).join("\n");
    expect(text).toContain("http://192.0.0.9/robots.txt");
    expect(proof({ text, isError: result.isError }, verify)).toMatch(
      /^refused with \d+ characters/,
    );
    // The way there is proved: Squid has seen it.
    const { stdout, stderr } = await docker(["logs", squid]);
    expect(stdout + stderr).toContain(" TCP_DENIED/403 ");
    expect(stdout + stderr).toContain(" GET http://192.0.0.9/robots.txt ");
  });
});
