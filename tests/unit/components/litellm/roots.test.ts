import { optional } from "../../../../config/common/optional.ts";
import { rootsFile } from "../../../../components/litellm/roots.ts";
import { Secret } from "../../../../config/common/secret.ts";
import type { ModelEntry } from "../../../../config/models/model.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const entry = (model: string, apiBase?: string): ModelEntry => ({
  name: model,
  provider: "litellm",
  model,
  apiKey: new Secret("x"),
  apiKeyVariable: "MODEL_KEY_X",
  hosts: [],
  ...optional({ apiBase }),
});
const file = (models: readonly ModelEntry[], own = ""): string =>
  rootsFile({ models, connectors: [] }, own);
const roots = (...models: ModelEntry[]): unknown => JSON.parse(file(models));

it("needs none for the scripted model and for providers without TLS", () => {
  expect(
    roots({ name: "m", provider: "mock" }, entry("hosted_vllm/x", "http://gpu.lan:8000/v1")),
  ).toEqual({ hosts: [], own: "" });
});

it("names each provider's host once, its own address before the usual one, sorted", () => {
  expect(
    roots(
      entry("openai/gpt-4o"),
      entry("openai/gpt-4o-mini"),
      entry("openai/x", "https://models.office.lan:8443/v1"),
      entry("anthropic/claude"),
    ),
  ).toEqual({
    hosts: ["api.anthropic.com:443", "api.openai.com:443", "models.office.lan:8443"],
    own: "",
  });
});

it("takes private authorities along, and is the same file in whatever order the models come", () => {
  const models = [entry("openai/a"), entry("xai/b")];
  expect(file(models, "PEM")).toBe(file([...models].reverse(), "PEM"));
  expect((JSON.parse(file(models, "PEM")) as { own: string }).own).toBe("PEM");
});

it("names MCP servers that run elsewhere and are asked over TLS, and none of our own", () => {
  const { connectors } = modelOf({
    ...exampleConfig(),
    keys: {},
  });
  const [first] = connectors;
  if (first === undefined) throw new Error("no connector");
  const elsewhere = ["https://grafana.lan/mcp", "https://grafana.lan:8443/mcp", "http://x.lan/mcp"];
  expect(
    JSON.parse(
      rootsFile(
        { models: [], connectors: [...connectors, ...elsewhere.map((url) => ({ ...first, url }))] },
        "",
      ),
    ),
  ).toEqual({ hosts: ["grafana.lan:443", "grafana.lan:8443"], own: "" });
});
