import { shellQuote } from "../../../../config/common/shell-quote.ts";

it("makes one word of a text, and ends and begins quotes around those in it", () => {
  expect(shellQuote("")).toBe("''");
  expect(shellQuote("a b;$c")).toBe("'a b;$c'");
  expect(shellQuote("it's")).toBe(`'it'\\''s'`);
});
