import { deploy } from "../../../components/deploy.ts";
import { readConfig } from "../../../components/read-config.ts";
import { thingsOf } from "../../../components/things.ts";
import { checkout } from "../../support/paths.ts";
import { record, reveal } from "../../support/recorder.ts";
import { besideOthers, stackConfig } from "../../support/stack-file.ts";

// A listed thing that nobody applies would be missed on the host: "the note of it is gone".
it.each([
  ["local", stackConfig("local")],
  ["lan", stackConfig("lan")],
  ["lan-beside-others", besideOthers()],
] as const)(
  "everything that is listed is applied, and the other way round: %s",
  async (stack, config) => {
    let listed: string[] = [];
    const recording = await record(
      () => {
        const model = readConfig(checkout);
        listed = thingsOf("mcp-gateway", model).map(({ thing }) => thing.id);
        return deploy(model);
      },
      stack,
      config,
    );
    const applied = recording
      .ofType("command:local:Command")
      .map(
        ({ inputs }) =>
          /^APPLIED='.*\nID='(.*)'\nREVISION=/m.exec(String(reveal(inputs["create"])))?.[1],
      )
      .filter((id) => id !== undefined);
    expect(applied.length).toBeGreaterThan(20);
    expect([...applied].sort()).toEqual([...listed].sort());
  },
);
