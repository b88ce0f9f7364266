import {
  type ExportedStack,
  exportedStack,
  isOrphan,
  suspects,
  withoutPending,
} from "../../../ops/lib/pending.ts";

const operation = (type: string, resource: string, name?: unknown) => ({
  type,
  resource: { type: resource, ...(name === undefined ? {} : { inputs: { name } }) },
});
const container = "docker:index/container:Container";
const stack = (pending: unknown[], resources: unknown[] = []): ExportedStack =>
  exportedStack.parse({ version: 3, deployment: { resources, pending_operations: pending, x: 1 } });

it("suspects containers and networks whose creation was interrupted, nothing else", () => {
  expect(
    suspects(
      stack([
        operation("creating", container, "mcp-edge"),
        operation("creating", "docker:index/network:Network", "net"),
        operation("deleting", container, "mcp-old"),
        operation("creating", "docker:index/volume:Volume", "data"),
        operation("creating", "command:local:Command", "x"),
        operation("creating", container),
      ]),
    ),
  ).toEqual([
    { kind: "container", name: "mcp-edge" },
    { kind: "network", name: "net" },
  ]);
});

it("calls an orphan only what is labelled as ours and is in no state", () => {
  const known = stack([], [{ id: "known" }, {}]);
  expect(isOrphan(known, "new", "mcp-gateway")).toBe(true);
  expect(isOrphan(known, "known", "mcp-gateway")).toBe(false);
  expect(isOrphan(known, "new", "other")).toBe(false);
  expect(isOrphan(known, "new", "")).toBe(false);
});

it("drops the pending operations and keeps all the rest", () => {
  expect(withoutPending(stack([operation("creating", container, "a")], [{ id: "1" }]))).toEqual({
    version: 3,
    deployment: { resources: [{ id: "1" }], pending_operations: [], x: 1 },
  });
});
