import { type PreviewStep, matrixChanges, stepEffects } from "../../../ops/lib/preview-summary.ts";

describe("the matrix", () => {
  it("has no words if nothing changes", () => {
    const matrix = { k: { db: ["a", "b"] }, nobody: {} };
    expect(matrixChanges(matrix, structuredClone(matrix))).toEqual([]);
  });

  it("says keys first, then cells that come, then cells that go", () => {
    const before = { old: { db: ["a"] }, stays: { db: ["a", "b"], notes: ["x"] } };
    const after = { fresh: { db: ["b"] }, empty: {}, stays: { db: ["b", "c"] } };
    expect(matrixChanges(before, after)).toEqual([
      "+ key empty is created",
      "+ key fresh is created",
      "- key old is revoked",
      "+ fresh may call db-b",
      "+ stays may call db-c",
      "- old may no longer call db-a",
      "- stays may no longer call db-a",
      "- stays may no longer call notes-x",
    ]);
  });

  it("says an alias that changes as what it is for callers", () => {
    expect(matrixChanges({ k: { db: ["a"] } }, { k: { data: ["a"] } })).toEqual([
      "+ k may call data-a",
      "- k may no longer call db-a",
    ]);
  });

  it("does not know keys for being called as what every object has", () => {
    expect(matrixChanges({}, { constructor: {} })).toEqual(["+ key constructor is created"]);
  });

  it("reads the output of a deployment from before tools were spelled out", () => {
    expect(matrixChanges({ k: { db: "*" } }, { k: { db: ["a"] } })).toEqual([
      "+ k may call db-a",
      "- k may no longer call db-*",
    ]);
  });
});

describe("steps", () => {
  const urn = (type: string, name: string): string =>
    `urn:pulumi:s::mcp-gateway::A$${type}::${name}`;
  const container = (name: string, more: Partial<PreviewStep> = {}): PreviewStep => ({
    op: "replace",
    urn: urn("docker:index/container:Container", name),
    ...more,
  });

  it("say a key's new value once, whatever steps a replacement has", () => {
    const value = urn("random:index/randomPassword:RandomPassword", "mcp-gateway-key-a-b-value");
    const steps = ["create-replacement", "replace", "delete-replaced"].map((op) => ({
      op,
      urn: value,
    }));
    expect(stepEffects(steps)).toEqual(["~ key a-b gets a new value"]);
  });

  it("say each container that is replaced, as Docker calls it, and for how long", () => {
    const named = (name: string) => ({ inputs: { name } });
    expect(
      stepEffects([
        container("mcp-gateway-proxy-container", { newState: named("x-mcp-litellm-proxy") }),
        container("mcp-gateway-postgres-container", { oldState: named("mcp-litellm-postgres") }),
        container("mcp-gateway-connector-notes-container"),
      ]),
    ).toEqual([
      "~ the proxy is replaced by a new one beside it: no interruption",
      "~ container mcp-litellm-postgres is replaced: about 19 s without it",
      "~ container mcp-gateway-connector-notes-container is replaced: about 14 s without it",
    ]);
  });

  it.each(["same", "create", "update", "delete", "create-replacement", "delete-replaced"])(
    "say nothing of a %s",
    (op) => {
      expect(stepEffects([container("mcp-gateway-proxy-container", { op })])).toEqual([]);
    },
  );

  it("say nothing of what is replaced beside containers and keys' values", () => {
    const steps = [
      { op: "replace", urn: urn("command:local:Command", "mcp-gateway-proxy-files") },
      {
        op: "replace",
        urn: urn("random:index/randomPassword:RandomPassword", "mcp-gateway-master-key-value"),
      },
    ];
    expect(stepEffects(steps)).toEqual([]);
  });
});
