import { missing, recorded } from "../../../ops/lib/missing-objects.ts";
import { exportedStack } from "../../../ops/lib/pending.ts";

const stack = exportedStack.parse({
  deployment: {
    resources: [
      { type: "docker:index/container:Container", urn: "urn::a", id: "id-a" },
      { type: "docker:index/network:Network", urn: "urn::n", id: "id-n" },
      { type: "docker:index/volume:Volume", urn: "urn::v", id: "data" },
      // Waits for its end: that may have come.
      { type: "docker:index/container:Container", urn: "urn::old", id: "id-old", delete: true },
      { type: "docker:index/remoteImage:RemoteImage", urn: "urn::i", id: "sha256:1" },
      { type: "mcp-gateway:index:Gateway", urn: "urn::g" },
    ],
  },
});

it("knows what the state believes to be on the Docker host", () => {
  expect(recorded(stack)).toEqual([
    { kind: "container", urn: "urn::a", id: "id-a" },
    { kind: "network", urn: "urn::n", id: "id-n" },
    { kind: "volume", urn: "urn::v", id: "data" },
  ]);
});

it("tells what of it is gone", () => {
  const there = new Set(["id-n", "somebody-else"]);
  expect(missing(recorded(stack), there).map(({ urn }) => urn)).toEqual(["urn::a", "urn::v"]);
  expect(missing(recorded(stack), new Set(["id-a", "id-n", "data"]))).toEqual([]);
});
