/** The random resources. All of them are made once; any change replaces them. */
import { randomBytes } from "node:crypto";
import schema from "../../schemas/random.json" with { type: "json" };
import type { Package, ResourceLogic } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import type { PackageSpec } from "../schema/schema.ts";
import { randomText, type TextRules } from "./alphabet.ts";

/** Nothing exists outside the state, so there is nothing to delete. */
function stored(make: (inputs: Plain) => { id: string; results: Plain }): ResourceLogic {
  return {
    create: (_subject, inputs) => {
      const { id, results } = make(inputs);
      return Promise.resolve({ id, outputs: { ...inputs, ...results } });
    },
    delete: () => Promise.resolve(),
  };
}

/** The schema's check has filled in all of the rules. */
function text(inputs: Plain): string {
  return randomText(inputs as unknown as TextRules);
}

export const randomPackage: Package = {
  schema: schema as PackageSpec,
  resources: {
    "random:index/randomPassword:RandomPassword": stored((inputs) => ({
      id: "none",
      // bcrypt is not in Node's standard library and nothing here reads the hash: left empty.
      results: { number: inputs["numeric"] ?? true, result: text(inputs), bcryptHash: "" },
    })),
    "random:index/randomString:RandomString": stored((inputs) => {
      const result = text(inputs);
      return { id: result, results: { number: inputs["numeric"] ?? true, result } };
    }),
    "random:index/randomBytes:RandomBytes": stored((inputs) => {
      const bytes = randomBytes(Number(inputs["length"]));
      const results = { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
      return { id: "none", results };
    }),
    "random:index/randomId:RandomId": stored((inputs) => {
      const bytes = randomBytes(Number(inputs["byteLength"]));
      const prefix = typeof inputs["prefix"] === "string" ? inputs["prefix"] : "";
      const hex = bytes.toString("hex");
      return {
        id: bytes.toString("base64url"),
        results: {
          b64Std: prefix + bytes.toString("base64"),
          b64Url: prefix + bytes.toString("base64url"),
          hex: prefix + hex,
          dec: prefix + BigInt(`0x${hex}`).toString(),
        },
      };
    }),
  },
};
