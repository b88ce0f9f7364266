/** Which change updates and which replaces: the stand-ins have to agree with the published schemas. */
import { diffResource } from "../plugins/provider.ts";
import { type Props, type Value, Secret, Unknown } from "../plugins/rpc/values.ts";
import type { Change } from "../plugins/schema/diff.ts";
import type { PackageSpec, TypeSpec } from "../plugins/schema/schema.ts";
import commandSchema from "../schemas/command.json" with { type: "json" };
import dockerSchema from "../schemas/docker.json" with { type: "json" };
import randomSchema from "../schemas/random.json" with { type: "json" };

const CONTAINER = "docker:index/container:Container";

/** What the official docker plugin changes in place, or pretends to. All else replaces. */
const IN_PLACE: Readonly<Record<string, readonly string[]>> = {
  [CONTAINER]: [
    "attach",
    "cpuPeriod",
    "cpuQuota",
    "cpuShares",
    "destroyGraceSeconds",
    "healthcheck",
    "init",
    "logs",
    "maxRetryCount",
    "memory",
    "memoryReservation",
    "memorySwap",
    "mustRun",
    "removeVolumes",
    "restart",
    "rm",
    "start",
    "tmpfs",
    "wait",
    "waitTimeout",
  ],
  "docker:index/remoteImage:RemoteImage": ["forceRemove", "keepLocally"],
  "command:local:Command": [
    "addPreviousOutputInEnv",
    "create",
    "delete",
    "dir",
    "environment",
    "interpreter",
    "logging",
    "stdin",
    "update",
  ],
  "command:remote:Command": [
    "addPreviousOutputInEnv",
    "connection",
    "create",
    "delete",
    "environment",
    "logging",
    "stdin",
    "update",
  ],
};

/** Two values of a type that differ in one place, and the path from the property to that place. */
function sample(schema: PackageSpec, spec: TypeSpec): [Value, Value, string] {
  if (spec.ref !== undefined) {
    const entry = Object.entries(schema.types[spec.ref] ?? {}).find(
      ([, inner]) => inner.implemented !== false,
    );
    if (entry === undefined) throw new Error(`${spec.ref} has nothing implemented`);
    const [key, inner] = entry;
    const [old, wanted, path] = sample(schema, inner);
    return [{ [key]: old }, { [key]: wanted }, `.${key}${path}`];
  }
  switch (spec.type) {
    case "array": {
      const [old, wanted, path] = sample(schema, spec.items ?? { type: "any" });
      return [[old], [wanted], `[0]${path}`];
    }
    case "object":
      return [{ key: "old" }, { key: "new" }, ".key"];
    case "boolean":
      return [true, false, ""];
    case "integer":
    case "number":
      return [1, 2, ""];
    default:
      return ["old", "new", ""];
  }
}

const cases = [dockerSchema, commandSchema, randomSchema].flatMap((loaded) => {
  const schema = loaded as PackageSpec;
  return Object.entries(schema.resources).flatMap(([token, resource]) =>
    Object.entries(resource.inputs)
      .filter(([, spec]) => spec.implemented !== false)
      .map(([key, spec]) => ({ token, key, schema, spec })),
  );
});

test("the table of in-place changes names only inputs that exist", () => {
  const known = new Set(cases.map(({ token, key }) => `${token} ${key}`));
  const named = Object.entries(IN_PLACE).flatMap(([token, keys]) =>
    keys.map((key) => `${token} ${key}`),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test.each(cases)("$token: a changed $key", ({ token, key, schema, spec }) => {
  const [old, wanted, path] = sample(schema, spec);
  const olds = { state: { [key]: old }, inputs: { [key]: old } };
  const replace = IN_PLACE[token]?.includes(key) !== true;
  const result = diffResource(schema, token, olds, { [key]: wanted });
  expect(result.changes).toEqual({ [`${key}${path}`]: { kind: "update", replace } });
  expect(result.replaces).toEqual(replace ? [key] : []);
  expect(result.deleteBeforeReplace).toBe(replace && token === CONTAINER);
});

function changes(olds: Props, news: Props): Readonly<Record<string, Change>> {
  const schema = dockerSchema as PackageSpec;
  return diffResource(schema, CONTAINER, { state: olds, inputs: {} }, news).changes;
}

test("paths go down to the element", () => {
  const mount = { type: "volume", source: "a", target: "/data", readOnly: false };
  const other = { ...mount, target: "/other" };
  expect(
    changes({ mounts: [mount, other] }, { mounts: [mount, { ...other, source: "b" }] }),
  ).toEqual({
    "mounts[1].source": { kind: "update", replace: true },
  });
  expect(changes({ envs: ["A=1"] }, { envs: ["A=1", "B=2"] })).toEqual({
    "envs[1]": { kind: "add", replace: true },
  });
  expect(changes({ envs: ["A=1", "B=2"] }, { envs: ["A=1"] })).toEqual({
    "envs[1]": { kind: "delete", replace: true },
  });
});

test("the order of a set means nothing, that of a command everything", () => {
  expect(changes({ envs: ["A=1", "B=2"] }, { envs: ["B=2", "A=1"] })).toEqual({});
  expect(changes({ command: ["a", "b"] }, { command: ["b", "a"] })).toEqual({
    "command[0]": { kind: "update", replace: true },
    "command[1]": { kind: "update", replace: true },
  });
});

test("what the daemon fills in is no change, what it adds by itself is", () => {
  expect(changes({ hostname: "d00da8a2a941", command: ["sh"], workingDir: "/" }, {})).toEqual({});
  // The daemon doubles a memory limit into a swap limit: set `memorySwap`, or never see a clean preview.
  expect(changes({ memory: 64, memorySwap: 128 }, { memory: 64 })).toEqual({
    memorySwap: { kind: "delete", replace: false },
  });
});

test("to Terraform, nothing and unset are the same", () => {
  expect(changes({ memory: 0, tmpfs: {}, privileged: false }, {})).toEqual({});
  expect(changes({}, { memory: 0, tmpfs: {}, envs: [] })).toEqual({});
});

test("a native plugin tells unset from empty", () => {
  const schema = commandSchema as PackageSpec;
  const olds = { state: {}, inputs: {} };
  expect(diffResource(schema, "command:local:Command", olds, { stdin: "" }).changes).toEqual({
    stdin: { kind: "add", replace: false },
  });
});

test("a value not known yet counts as changed, a secret wrapper does not", () => {
  expect(changes({ image: "a" }, { image: new Unknown() })).toEqual({
    image: { kind: "update", replace: true },
  });
  expect(changes({ envs: new Secret(["A=1"]) }, { envs: ["A=1"] })).toEqual({});
  expect(changes({ envs: ["A=1"] }, { envs: [new Secret("A=2")] })).toEqual({
    "envs[0]": { kind: "update", replace: true },
  });
});

test("ignored paths are not compared", () => {
  const schema = dockerSchema as PackageSpec;
  const olds = { state: { image: "a", restart: "no" }, inputs: {} };
  const news = { image: "b", restart: "always" };
  expect(diffResource(schema, CONTAINER, olds, news, ["image"]).changes).toEqual({
    restart: { kind: "update", replace: false },
  });
});

test.each([
  { title: "given and kept", old: "net", name: "net", defaults: ["driver"], expected: true },
  { title: "given and changed", old: "old", name: "net", defaults: [], expected: false },
  { title: "made by us", old: "net", name: "net", defaults: ["name"], expected: false },
])("a network whose name is $title", ({ old, name, defaults, expected }) => {
  const schema = dockerSchema as PackageSpec;
  const olds = { state: { name: old, internal: false }, inputs: {} };
  const news = { name, internal: true, __defaults: defaults };
  const result = diffResource(schema, "docker:index/network:Network", olds, news);
  expect(result.replaces).toContain("internal");
  expect(result.deleteBeforeReplace).toBe(expected);
});

describe("a network", () => {
  const inhibited = { "com.docker.network.bridge.inhibit_ipv4": "true" };
  const subnet = { subnet: "10.9.0.0/28", gateway: "10.9.0.1" };
  /** As the daemon describes it. */
  const state = {
    name: "net",
    driver: "bridge",
    internal: true,
    attachable: false,
    ipv6: false,
    options: inhibited,
    ipamConfigs: [subnet],
    labels: [],
  };
  const wanted = {
    name: "net",
    driver: "bridge",
    internal: true,
    options: inhibited,
    ipamConfigs: [subnet],
  };
  const replaced = (news: Props, olds: Props = state): readonly string[] =>
    diffResource(
      dockerSchema as PackageSpec,
      "docker:index/network:Network",
      { state: olds, inputs: wanted },
      news,
    ).replaces;

  test("that is as it was asked for is no change", () => {
    expect(replaced(wanted)).toEqual([]);
    const open = { ...state, internal: false, options: {} };
    const { name, driver, ipamConfigs } = wanted;
    expect(replaced({ name, driver, ipamConfigs }, open)).toEqual([]);
  });

  test("whose gateway is left out would be replaced at every up: the daemon chooses one", () => {
    expect(replaced({ ...wanted, ipamConfigs: [{ subnet: subnet.subnet }] })).toEqual([
      "ipamConfigs",
    ]);
  });

  test.each<[string, Props]>([
    ["options", { ...wanted, options: { ...inhibited, other: "1" } }],
    ["options", { ...wanted, options: { "com.docker.network.bridge.inhibit_ipv4": "false" } }],
    ["ipamConfigs", { ...wanted, ipamConfigs: [{ ...subnet, gateway: "10.9.0.2" }] }],
    ["ipamConfigs", { ...wanted, ipamConfigs: [{ ...subnet, subnet: "10.9.0.0/24" }] }],
    ["ipamConfigs", { ...wanted, ipamConfigs: [subnet, { subnet: "10.8.0.0/28" }] }],
    ["internal", { ...wanted, internal: false }],
  ])("is another one with other %s", (key, news) => {
    expect(replaced(news)).toEqual([key]);
  });
});
