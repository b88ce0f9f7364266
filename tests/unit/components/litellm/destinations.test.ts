import { optional } from "../../../../config/common/optional.ts";
import { proxyEgressConfig } from "../../../../components/litellm/egress-config.ts";
import { destinationsOf } from "../../../../components/litellm/destinations.ts";
import { Secret } from "../../../../config/common/secret.ts";
import type { ModelEntry } from "../../../../config/models/model.ts";
import { exampleConfig, modelOf, problemsIn } from "../../../support/config.ts";

const entry = (model: string, apiBase?: string, hosts: readonly string[] = []): ModelEntry => ({
  name: model,
  provider: "litellm",
  model,
  apiKey: new Secret("x"),
  apiKeyVariable: "MODEL_KEY_X",
  hosts,
  ...optional({ apiBase }),
});
const targets = (...models: ModelEntry[]) => destinationsOf({ models, connectors: [] });
const named = (host: string, port = 443) => ({ host, port, tls: true, given: false });

it("is nothing for the scripted model, and for no model", () => {
  expect(targets()).toEqual([]);
  expect(targets({ name: "m", provider: "mock" })).toEqual([]);
});

it("is each provider's host once, its own address instead of the usual one, sorted", () => {
  const models = [
    entry("openai/gpt-4o"),
    entry("openai/gpt-4o-mini"),
    entry("openai/x", "https://Models.office.lan:8443/v1"),
    entry("hosted_vllm/x", "http://gpu.lan/v1"),
    entry("anthropic/claude"),
  ];
  const expected = [
    named("api.anthropic.com"),
    named("api.openai.com"),
    { host: "gpu.lan", port: 80, tls: false, given: true },
    { host: "models.office.lan", port: 8443, tls: true, given: true },
  ];
  expect(targets(...models)).toEqual(expected);
  expect(targets(...[...models].reverse())).toEqual(expected);
});

it("is the hosts that the configuration names besides, with their ports", () => {
  expect(
    targets(
      entry("bedrock/x", undefined, [
        "bedrock-runtime.eu-central-1.amazonaws.com",
        "sts.example:8443",
      ]),
      entry("azure/x", "https://office.openai.azure.com", ["login.microsoftonline.com"]),
    ),
  ).toEqual([
    named("bedrock-runtime.eu-central-1.amazonaws.com"),
    named("login.microsoftonline.com"),
    { ...named("office.openai.azure.com"), given: true },
    named("sts.example", 8443),
  ]);
});

it("takes what is both named and given as given", () => {
  for (const models of [
    [entry("openai/a"), entry("openai/b", "https://api.openai.com/v1")],
    [entry("openai/b", "https://api.openai.com/v1"), entry("openai/a")],
  ])
    expect(targets(...models)).toEqual([{ ...named("api.openai.com"), given: true }]);
});

it("is an MCP server elsewhere that LiteLLM asks itself, and none behind the relay", () => {
  const { connectors } = modelOf({ ...exampleConfig(), keys: {} });
  const [first] = connectors;
  if (first === undefined) throw new Error("no connector");
  expect(destinationsOf({ models: [], connectors })).toEqual([]);
  const url = "https://192.168.1.5:8443/mcp";
  expect(destinationsOf({ models: [], connectors: [{ ...first, url }] })).toEqual([
    { host: "192.168.1.5", port: 8443, tls: true, given: true },
  ]);
});

describe("Squid's configuration", () => {
  const rules = (...models: ModelEntry[]) =>
    proxyEgressConfig(targets(...models))
      .split("\n")
      .filter((line) => /^(acl (known|given|named|port)|http_access)/.test(line));

  it("pairs names and ports, and refuses before a name is looked up", () => {
    expect(
      rules(
        entry("openai/a"),
        entry("xai/a"),
        entry("x/b", "http://gpu.lan:8000/v1"),
        entry("x/c", "http://192.168.1.5:8000/v1"),
        entry("x/d", "https://gpu.lan/v1"),
        entry("x/e", undefined, ["models.example:8443"]),
      ),
    ).toEqual([
      "acl known dstdomain -n 192.168.1.5 api.openai.com api.x.ai gpu.lan models.example",
      "http_access deny !known",
      "http_access deny !somewhere",
      "http_access deny nobodys",
      "acl given_443 dstdomain -n gpu.lan",
      "acl port_given_443 port 443",
      "http_access allow given_443 port_given_443",
      "acl given_8000 dstdomain -n 192.168.1.5 gpu.lan",
      "acl port_given_8000 port 8000",
      "http_access allow given_8000 port_given_8000",
      "http_access deny lan",
      "acl named_443 dstdomain -n api.openai.com api.x.ai",
      "acl port_named_443 port 443",
      "http_access allow named_443 port_named_443",
      "acl named_8443 dstdomain -n models.example",
      "acl port_named_8443 port 8443",
      "http_access allow named_8443 port_named_8443",
      "http_access deny all",
    ]);
  });

  it("knows what is nobody's and what is the LAN's", () => {
    const text = proxyEgressConfig(targets(entry("openai/a")));
    expect(text).toMatch(/^acl nobodys dst 0\.0\.0\.0\/8 127\.0\.0\.0\/8 169\.254\.0\.0\/16 /m);
    expect(text).toContain(
      "acl lan dst 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7\n",
    );
  });
});

describe("a provider whose host nobody here knows", () => {
  const models = (more: object) => ({
    models: { m: { provider: "litellm", model: "bedrock/x", apiKey: "k", ...more } },
  });

  it("is a problem with a way out of it", () => {
    expect(problemsIn(models({}))).toEqual([
      {
        path: ["models", "m"],
        message: 'LiteLLM reaches configured hosts only, and nobody here knows those of "bedrock"',
        allowed:
          "the hosts that LiteLLM asks for it, or apiBase; without either: anthropic, deepseek, fireworks_ai, gemini, groq, mistral, openai, openrouter, perplexity, together_ai, xai",
        fix: "pulumi config set --path 'mcp-gateway:models.m.hosts[0]' 'bedrock-runtime.eu-central-1.amazonaws.com'",
      },
    ]);
  });

  it("is none with hosts, and none with an address", () => {
    const hosts = ["bedrock-runtime.eu-central-1.amazonaws.com", "bedrock.example:8443"];
    expect(modelOf(models({ hosts })).models).toEqual([
      expect.objectContaining({ hosts: [...hosts].sort() }),
    ]);
    expect(modelOf(models({ apiBase: "http://bedrock.lan" })).models).toHaveLength(1);
  });

  it.each([
    "*",
    ".amazonaws.com",
    "https://x.example",
    "x.example/v1",
    "x:y",
    "[fd00::1]",
    "X.example",
  ])("%s is no host", (host) => {
    expect(problemsIn(models({ hosts: [host] })).map(({ path }) => path)).toEqual([
      ["models", "m", "hosts", 0],
    ]);
  });
});
