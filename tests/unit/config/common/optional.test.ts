import { optional } from "../../../../config/common/optional.ts";

it("leaves out what is undefined, and nothing else", () => {
  const values = { a: undefined, b: null, c: 0, d: "", e: false, f: [] };
  expect(Object.entries(optional(values))).toEqual([
    ["b", null],
    ["c", 0],
    ["d", ""],
    ["e", false],
    ["f", []],
  ]);
});

it("keeps the order of the names, which rendered JSON shows", () => {
  expect(JSON.stringify({ ...optional({ z: 1, y: undefined, x: 2 }), a: 3 })).toBe(
    '{"z":1,"x":2,"a":3}',
  );
});
