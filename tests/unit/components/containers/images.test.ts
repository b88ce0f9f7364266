import { imageWord } from "../../../../components/containers/images.ts";

const digest = `sha256:${"a".repeat(64)}`;

it.each([
  ["haproxy:3.0-alpine", "haproxy-3.0-alpine-"],
  ["ghcr.io/berriai/litellm:main-v1.77.3-stable", "litellm-main-v1.77.3-stable-"],
  [`127.0.0.1:5055/x/postgres-mcp@${digest}`, "postgres-mcp-"],
])("%s is called %s and a hash", (reference, word) => {
  expect(imageWord(reference).replace(/[0-9a-f]{8}$/, "")).toBe(word);
});

it("has another word for every reference that is called alike", () => {
  const references = ["a/x:1", "b/x:1", "x:1", "x-1", `x@${digest}`, `x@${digest}b`];
  expect(new Set(references.map(imageWord)).size).toBe(references.length);
});
