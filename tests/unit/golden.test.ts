import { readFileSync, writeFileSync } from "node:fs";
import { deploy } from "../../components/deploy.ts";
import { readConfig } from "../../components/read-config.ts";
import { goldenText } from "../support/golden.ts";
import { secretsOf } from "../support/leaks.ts";
import { checkout, inCheckout } from "../support/paths.ts";
import { record } from "../support/recorder.ts";
import { besideOthers, stackConfig } from "../support/stack-file.ts";

// The look at the Docker host before anything is registered has tests of its own.
jest.mock("../../components/preflight/preflight.ts", () => ({
  preflight: async (model: unknown) => {
    const { notLooked } = await import("../../components/drift/decisions.ts");
    return { model, look: notLooked };
  },
}));

// What a change does to the whole of a stack is the diff of its golden file.
// UPDATE_GOLDEN=1 npx jest tests/unit/golden.test.ts
const update = process.env["UPDATE_GOLDEN"] === "1";

describe.each([
  ["local", stackConfig("local")],
  ["lan", stackConfig("lan")],
  ["lan-beside-others", besideOthers()],
] as const)("stack %s", (stack, config) => {
  it("registers exactly what its golden file says", async () => {
    const recording = await record(() => deploy(readConfig(checkout)), stack, config);
    const text = goldenText(recording);
    for (const secret of secretsOf(recording)) expect(text).not.toContain(secret);
    expect(text).not.toContain(checkout);
    const file = inCheckout(`tests/golden/${stack}.json`);
    if (update) writeFileSync(file, text);
    expect(text).toEqual(readFileSync(file, "utf8"));
  });
});
