import { deploy } from "../../../components/deploy.ts";
import { readConfig } from "../../../components/read-config.ts";
import { thingsOf } from "../../../components/things.ts";
import { checkout } from "../../support/paths.ts";
import { record, reveal } from "../../support/recorder.ts";
import { besideOthers, stackConfig } from "../../support/stack-file.ts";

/** The same with a connector that has a way out of its own. */
function withFetch(config: Record<string, string>): Record<string, string> {
  const key = "mcp-gateway:connectors";
  const connectors = JSON.parse(config[key] ?? "{}") as object;
  return { ...config, [key]: JSON.stringify({ ...connectors, fetch: { use: "fetch" } }) };
}

// A listed thing that nobody applies would be missed on the host: "the note of it is gone".
it.each([
  ["local", stackConfig("local")],
  ["local with filtered egress", withFetch(stackConfig("local"))],
  ["lan", stackConfig("lan")],
  ["lan-beside-others", besideOthers()],
] as const)(
  "everything that is listed is applied, and the other way round: %s",
  async (stack, config) => {
    let listed: string[] = [];
    let looked: string[] = [];
    const recording = await record(
      () => {
        const model = readConfig(checkout);
        const things = thingsOf("mcp-gateway", model).map(({ thing }) => thing);
        listed = things.map(({ id }) => id);
        looked = things.flatMap((thing) => (thing.kind === "ready" ? thing.containers : []));
        return deploy(model);
      },
      stack.startsWith("local") ? "local" : stack,
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
    // The proxy's has a suffix on the host.
    const containers = recording
      .ofType("docker:index/container:Container")
      .map(({ inputs }) => String(inputs["name"]).replace(/(litellm-proxy)-\w+$/, "$1"));
    expect([...looked].sort()).toEqual(containers.sort());
  },
);
