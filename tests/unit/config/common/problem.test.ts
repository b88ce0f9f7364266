import { list } from "../../../../config/common/problem.ts";

it("says that there is nothing to choose from", () => {
  expect(list([])).toBe("none");
  expect(list(["a", "b"])).toBe("a, b");
});
