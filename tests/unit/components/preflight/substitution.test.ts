import { proxySubstitution } from "../../../../components/preflight/substitution.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const wanted = "ghcr.io/berriai/litellm:main-v1.77.3-stable";
const model = (imageFallback: string) =>
  modelOf({ ...exampleConfig(), proxy: { image: wanted, imageFallback } });
const missing = (tags: readonly string[] | undefined, image = wanted) => [
  { missing: { image, reason: "manifest unknown" }, tags },
];
const tags = ["main-v1.77.2-stable", "main-v1.77.3", "main-v1.77.4-nightly", "latest"];

it("takes the nearest published -stable where the configuration allows it", () => {
  expect(proxySubstitution(model("nearest-stable"), missing(tags))).toEqual({
    wanted,
    used: "ghcr.io/berriai/litellm:main-v1.77.2-stable",
  });
});

it.each([
  ["the configuration does not allow it", "none", missing(tags)],
  ["no -stable is published", "nearest-stable", missing(["latest", "main-v1.77.3"])],
  ["the registry could not be asked", "nearest-stable", missing(undefined)],
  ["another image is missing", "nearest-stable", missing(tags, "ghcr.io/other/image:main-v1")],
  ["nothing is missing", "nearest-stable", []],
])("takes none where %s", (_why, allowed, list) => {
  expect(proxySubstitution(model(allowed), list)).toBeUndefined();
});
