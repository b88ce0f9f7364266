import { proof } from "../../../ops/lib/checks.ts";

describe("what an answer proves", () => {
  it("is what was expected", () => {
    expect(proof({ text: "Saturn has 146", isError: false }, "Saturn")).toBe(
      "14 characters, matching /Saturn/",
    );
  });

  it("is nothing if it says something else", () => {
    expect(() => proof({ text: "Mars has 2", isError: false }, "Saturn")).toThrow(
      'answered "Mars has 2", which does not match /Saturn/',
    );
  });

  it("is nothing if it is an error, whatever was expected", () => {
    expect(() => proof({ text: "Error: it does not answer", isError: true }, ".")).toThrow(
      'failed with "Error: it does not answer"',
    );
  });
});
