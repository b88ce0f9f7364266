import { isEncrypted } from "../../../../config/stack-file/encrypted.ts";

const stack = {
  config: {
    "mcp-gateway:connectors": {
      a: {
        inputs: { token: { secure: "v1:abc" }, plain: "word", more: { secure: "x", other: 1 } },
      },
      b: { secure: "v1:all of it" },
    },
    "mcp-gateway:models": { secure: "v1:everything" },
  },
};
const at = (...path: (string | number)[]) => isEncrypted(stack, "mcp-gateway", path);

it.each([
  [["connectors", "a", "inputs", "token"], true],
  [["connectors", "a", "inputs", "plain"], false],
  // A value that only looks like Pulumi's.
  [["connectors", "a", "inputs", "more"], false],
  [["connectors", "b", "inputs", "token"], true],
  [["models", "m", "apiKey"], true],
  [["connectors", "c", "inputs", "token"], true],
])("%j", (path, wanted) => {
  expect(at(...path)).toBe(wanted);
});

it("looks into no other project's values", () => {
  expect(isEncrypted({ config: { "other:connectors": "x" } }, "mcp-gateway", ["connectors"])).toBe(
    true,
  );
});
