import { configPath, didYouMean, nearest, removeCommand } from "../../../config/common/problem.ts";
import { Secret } from "../../../config/common/secret.ts";
import { renderProblems, setCommand } from "../../../config/problems.ts";
import { exampleApiKey, exampleUri, problemsIn } from "../../support/config.ts";

it("finds the nearest words, best first, at most three letters away", () => {
  expect(nearest("prot", ["port", "host", "proxy", "connectors"])).toEqual([
    "port",
    "proxy",
    "host",
  ]);
  expect(nearest("gatway", ["gateway"])).toEqual(["gateway"]);
  expect(nearest("GATEWAY", ["gateway"])).toEqual(["gateway"]);
  expect(nearest("abcd", ["wxyz"])).toEqual([]);
  expect(nearest("", ["abc", "abcd"])).toEqual(["abc"]);
});

it("asks only where there is something near", () => {
  expect(didYouMean("gatway", ["gateway"])).toBe(' (did you mean "gateway"?)');
  expect(didYouMean("zzzzzzz", ["gateway"])).toBe("");
});

it.each([
  [["gateway", "port"], "mcp-gateway:gateway.port"],
  [["keys", "claude-code"], "mcp-gateway:keys.claude-code"],
  [["models", "gpt.4o"], 'mcp-gateway:models["gpt.4o"]'],
  [["models", 'a"b'], 'mcp-gateway:models["a\\"b"]'],
  [["keys", "k", "models", 0], "mcp-gateway:keys.k.models[0]"],
  [["database", "samples", 0], "mcp-gateway:database.samples[0]"],
])("spells the path %j as `pulumi config --path` wants it", (path, spelled) => {
  expect(configPath(path)).toBe(spelled);
});

it("quotes a name for the shell", () => {
  expect(removeCommand(["keys", "it's"])).toBe(
    `pulumi config rm --path 'mcp-gateway:keys["it'\\''s"]'`,
  );
});

it("never puts a secret's example on the command line", () => {
  expect(setCommand(["models", "m", "apiKey"], "sk-example")).toBe(
    "pulumi config set --secret --path 'mcp-gateway:models.m.apiKey'",
  );
});

it("renders every problem with its number, value, what is allowed and the fix", () => {
  const text = renderProblems(problemsIn({ gateway: { port: 0 }, gatway: {} }), "local");
  expect(text).toBe(`the configuration of stack "local" has 2 problems; nothing was changed

  1. mcp-gateway:gateway.port: this value is not allowed
     value:   0
     allowed: a TCP port, 1 to 65535
     fix:     pulumi config set --path 'mcp-gateway:gateway.port' '4000'

  2. mcp-gateway:gatway: nothing reads this key (did you mean "gateway"?)
     allowed: dockerHost, ssh, gateway, directories, network, networkRange, externalNetworks, namePrefix, database, proxy, edge, ingress, mockModel, egressProxy, policy, models, connectors, keys, accessGroups, imageMirrorFile
     fix:     pulumi config rm --path 'mcp-gateway:gatway'
`);
});

it("counts one problem as one and shortens a long value", () => {
  const text = renderProblems(
    [{ path: ["a"], message: "m", value: "x".repeat(200), fix: "f" }],
    "s",
  );
  expect(text).toContain("has 1 problem; ");
  expect(text).toContain(`value:   "${"x".repeat(116)}...\n`);
});

it("shows a URL without the password in it", () => {
  const value = { url: "ftp://user:pass@word/x@server.lan/" };
  expect(renderProblems([{ path: ["a"], message: "m", value, fix: "f" }], "s")).toContain(
    'value:   {"url":"ftp://[secret]@server.lan/"}\n',
  );
});

it("refuses a provider's base URL with a password in it, which LiteLLM's config.yaml would show", () => {
  // With a mistake beside it: a configuration that is accepted has no problems to look at.
  const given = (apiBase: string) =>
    problemsIn({
      models: { m: { provider: "litellm", model: "a/b", apiKey: exampleApiKey, apiBase } },
      gatway: {},
    })
      .filter(({ path }) => path[0] === "models")
      .map(({ path, allowed }) => [path, allowed]);
  const allowed = "the provider's base URL, if not its own; without a password in it";
  for (const apiBase of ["http://u:p@models.lan/v1", "http://u@models.lan", "models.lan"])
    expect(given(apiBase)).toEqual([[["models", "m", "apiBase"], allowed]]);
  for (const apiBase of ["http://models.lan:8080/v1", "https://[fd00::1]:8080", "http://m/a@b"])
    expect(given(apiBase)).toEqual([]);
});

it("never shows a secret, whatever is wrong with it", () => {
  const raws: unknown[] = [
    { models: { m: { provider: "litellm", model: "bad", apiKey: exampleApiKey } } },
    { models: { m: { provider: "litellm", model: "a/b", apiKey: [exampleApiKey] } } },
    { models: { m: { provider: "litellm", model: "a/b", apikey: exampleApiKey } } },
    { models: { m: { provider: "other", apiKey: exampleApiKey } } },
    { connectors: { a: { use: "postgres", inputs: { databaseUri: `x${exampleUri}` } } } },
    { connectors: { a: { use: "postgres", inputs: { databaseUri: [exampleUri] } } } },
    { connectors: { a: { use: "postgres", inputs: { databaseUri: { sampel: exampleUri } } } } },
    { connectors: { a: { use: "postgres", inputs: { databaseURI: exampleUri } } } },
    { connectors: { a: { use: "postgres", inputs: exampleUri } } },
    { connectors: { a: { use: "postgres", databaseUri: exampleUri } } },
  ];
  for (const raw of raws) {
    const text = renderProblems(problemsIn(raw), "test");
    expect(text).not.toContain(exampleApiKey);
    expect(text).not.toContain("example-password");
  }
});

it("hides a secret from printing, templates and JSON", () => {
  const secret = new Secret("example-value");
  expect([String(secret), JSON.stringify({ secret }), Object.values(secret)]).toEqual([
    "[secret]",
    '{"secret":"[secret]"}',
    [],
  ]);
  expect(secret.reveal()).toBe("example-value");
});
