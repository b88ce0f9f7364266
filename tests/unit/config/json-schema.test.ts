import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { stackFileSchema } from "../../../config/json-schema.ts";
import { inCheckout } from "../../support/paths.ts";
import { stackFile } from "../../support/stack-file.ts";

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(stackFileSchema()) as object,
);
const accepts = (config: Record<string, unknown>): boolean => validate({ config });

it("is what is committed for editors: make schema", () => {
  expect(readFileSync(inCheckout("schemas/stack-config.json"), "utf8")).toBe(stackFileSchema());
});

it.each(["local", "lan"])("accepts Pulumi.%s.yaml", (stack) => {
  validate(stackFile(stack));
  expect(validate.errors).toBeNull();
});

it("refuses a typo, as the program does", () => {
  expect(accepts({ "mcp-gateway:gatway": {} })).toBe(false);
  expect(accepts({ "mcp-gateway:gateway": { prot: 1 } })).toBe(false);
  expect(accepts({ "mcp-gateway:connectors": { "my-db": { use: "notes" } } })).toBe(false);
  expect(accepts({ "mcp-gateway:gateway": { port: "4000" } })).toBe(false);
});

it("leaves other namespaces alone", () => {
  expect(accepts({ "pulumi:disable-default-providers": ["docker"] })).toBe(true);
});

it("accepts an encrypted value wherever a string is, and nothing else as one", () => {
  const key = (apiKey: unknown) => ({
    "mcp-gateway:models": { m: { provider: "litellm", model: "a/b", apiKey } },
  });
  expect(accepts(key({ secure: "v1:ciphertext" }))).toBe(true);
  expect(accepts(key({ secret: "v1:ciphertext" }))).toBe(false);
  expect(accepts({ "mcp-gateway:network": { secure: "v1:ciphertext" } })).toBe(true);
});
