import { goDuration } from "../../../../components/containers/container.ts";

// Docker's own spelling: any other is a change at every preview.
it.each([
  [0, "0s"],
  [5, "5s"],
  [59, "59s"],
  [60, "1m0s"],
  [90, "1m30s"],
  [120, "2m0s"],
  [300, "5m0s"],
  [3599, "59m59s"],
  [3600, "1h0m0s"],
  [3661, "1h1m1s"],
  [36_000, "10h0m0s"],
])("spells %d seconds as %s", (seconds, text) => {
  expect(goDuration(seconds)).toBe(text);
});
