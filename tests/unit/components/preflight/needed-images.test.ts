import { neededImages } from "../../../../components/preflight/needed-images.ts";
import { configSchema } from "../../../../config/schema.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const squid = configSchema.parse({}).egressProxy.image;
const own = [
  "postgres:16-alpine",
  "ghcr.io/berriai/litellm:main-v1.77.3-stable",
  "haproxy:3.0-alpine",
  "python:3.13-alpine",
];

it("is each image once", () => {
  expect(neededImages(modelOf({}))).toEqual(own);
  const { connectors } = exampleConfig();
  expect(neededImages(modelOf({ ...exampleConfig(), models: {}, keys: {}, connectors }))).toEqual([
    ...own,
    "example/notes:2.0",
    "example/postgres-mcp:1.0",
  ]);
});

it("is Squid's where LiteLLM has a way out", () => {
  const m = { provider: "litellm", model: "openai/gpt-4o", apiKey: "k" };
  expect(neededImages(modelOf({ models: { m } }))).toEqual([...own, squid]);
});
