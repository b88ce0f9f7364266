import { proof } from "../../../../components/verification/checks.ts";

const result = (expect: string) => ({ expect, outcome: "result" }) as const;
const error = (expect: string) => ({ expect, outcome: "error" }) as const;

describe("what an answer proves", () => {
  it("is what was expected", () => {
    expect(proof({ text: "Saturn has 146", isError: false }, result("Saturn"))).toBe(
      "14 characters, matching /Saturn/",
    );
  });

  it("is nothing if it says something else", () => {
    expect(() => proof({ text: "Mars has 2", isError: false }, result("Saturn"))).toThrow(
      'answered "Mars has 2", which does not match /Saturn/',
    );
  });

  it("is nothing if it is an error, whatever was expected", () => {
    expect(() => proof({ text: "Error: it does not answer", isError: true }, result("."))).toThrow(
      'failed with "Error: it does not answer"',
    );
  });

  it("is the refusal that was expected", () => {
    expect(proof({ text: "status 403", isError: true }, error("403"))).toBe(
      "refused with 10 characters, matching /403/",
    );
  });

  it.each([
    [{ text: "status 403", isError: false }, 'was to be refused, and answered "status 403"'],
    [{ text: "no route", isError: true }, 'answered "no route", which does not match /403/'],
  ])("is nothing if a call that is to be refused was not, or otherwise: %j", (answer, message) => {
    expect(() => proof(answer, error("403"))).toThrow(message);
  });
});
