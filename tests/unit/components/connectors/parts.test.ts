import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { authHeader } from "../../../../components/connectors/environment.ts";
import { probeOf, programOf } from "../../../../components/connectors/program.ts";
import { Secret } from "../../../../config/common/secret.ts";
import { catalogueText } from "../../../../config/connectors/catalogue-table.ts";
import { readCatalogue } from "../../../../config/connectors/catalogue.ts";
import { connectorDefinition } from "../../../../config/connectors/definition.ts";
import { inCheckout } from "../../../support/paths.ts";

const tool = connectorDefinition.parse({
  title: "T",
  description: "t",
  transport: "stdio",
  image: "i",
  command: ["tool", "--x"],
  egress: { mode: "none", reason: "none" },
  verify: { tool: "ping", expect: "." },
});

it("a stdio server runs as the child of the bridge, without sessions", () => {
  if (tool.transport === "remote") throw new Error("it is not");
  expect(programOf(tool, 8)).toEqual([
    "python3",
    "-I",
    "-S",
    "/etc/mcp-gateway/bridge.py",
    "mcp-proxy",
    "--host",
    "0.0.0.0",
    "--port",
    "8080",
    "--stateless",
    "--pass-environment",
    "--log-level",
    "WARNING",
    "--",
    "python3",
    "/etc/mcp-gateway/bridge_child.py",
    "8",
    "tool",
    "--x",
  ]);
  expect(probeOf({ definition: tool }, true).slice(-5)).toEqual([
    "python3",
    "/etc/mcp-gateway/probe.py",
    "http",
    "8080",
    "/mcp",
  ]);
});

it.each([
  ["bearer_token", "Authorization", "Bearer u:p"],
  ["api_key", "X-API-Key", "u:p"],
  ["basic", "Authorization", "Basic dTpw"],
  ["authorization", "Authorization", "u:p"],
] as const)("%s is what LiteLLM sends", (type, name, value) => {
  expect(authHeader({ type, variable: "V", value: new Secret("u:p") })).toEqual([name, value]);
});

it("the catalogue's table has a line for every entry, and says which inputs are secret", () => {
  const text = catalogueText(readCatalogue(inCheckout("mcp-connectors")));
  expect(text).toMatch(/^filesystem {3}stdio {8}48020 {6}none {6}paths, writable\?$/m);
  expect(text).toMatch(/^monitoring {3}remote http {2}- {10}- {9}url, token \(secret\)$/m);
  expect(text).toContain("known holes      fetches any address by itself");
  expect(text).not.toContain("not vetted");
});

it("every image of the catalogue that nobody publishes is built here", () => {
  const built = readFileSync(inCheckout("lab/images/list"), "utf8");
  for (const name of ["fetch", "filesystem", "toolshed"]) {
    const { image } = parse(readFileSync(inCheckout(`mcp-connectors/${name}.yaml`), "utf8")) as {
      image: string;
    };
    expect(built).toContain(` ${image} `);
  }
});
