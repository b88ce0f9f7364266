/** What the stand-ins refuse, and what they fill in. */
import { checkConfig, checkResource, readConfig } from "../plugins/provider.ts";
import { type Props, Secret, Unknown } from "../plugins/rpc/values.ts";
import { check, NOT_IMPLEMENTED } from "../plugins/schema/check.ts";
import type { PackageSpec } from "../plugins/schema/schema.ts";
import commandSchema from "../schemas/command.json" with { type: "json" };
import dockerSchema from "../schemas/docker.json" with { type: "json" };

const docker = dockerSchema as PackageSpec;
const command = commandSchema as PackageSpec;
const CONTAINER = "docker:index/container:Container";
const REMOTE = "command:remote:Command";

function reasons(token: string, inputs: Props): string[] {
  const schema = token.startsWith("docker") ? docker : command;
  return checkResource(schema, token, "it", {}, inputs).failures.map(({ reason }) => reason);
}

const unimplemented = [docker, command].flatMap((schema) =>
  Object.entries(schema.resources).flatMap(([token, { inputs }]) =>
    Object.entries(inputs)
      .filter(([, spec]) => spec.implemented === false)
      .map(([key]) => ({ token, key })),
  ),
);

test("the official plugins have inputs that the stand-ins lack", () => {
  expect(unimplemented).toContainEqual({ token: CONTAINER, key: "privileged" });
  expect(unimplemented).toContainEqual({ token: "command:local:Command", key: "assetPaths" });
});

test.each(unimplemented)("$token refuses $key", ({ token, key }) => {
  expect(reasons(token, { [key]: true })).toContain(`${key}: ${NOT_IMPLEMENTED}`);
});

test.each([
  [CONTAINER, { image: "i", evns: [] }, "evns: the schema knows no such property"],
  [
    CONTAINER,
    {
      image: "i",
      mounts: [
        { type: "bind", target: "/a" },
        { type: "bind", target: "/b", src: "x" },
      ],
    },
    "mounts[1].src: the schema knows no such property",
  ],
  [
    CONTAINER,
    { image: "i", mounts: [{ type: "bind", target: "/a", bindOptions: {} }] },
    `mounts[0].bindOptions: ${NOT_IMPLEMENTED}`,
  ],
  [
    CONTAINER,
    { image: "i", healthcheck: { test: ["NONE"] } },
    "healthcheck.test: the schema knows no such property",
  ],
  [CONTAINER, { image: "i", memory: "64" }, "memory: must be of type integer"],
  [CONTAINER, { image: "i", memory: 1.5 }, "memory: must be of type integer"],
  [CONTAINER, { image: "i", memory: -1 }, "memory: must be 0 or more"],
  [CONTAINER, { image: "i", envs: "A=1" }, "envs: must be of type array"],
  [CONTAINER, { image: "i", envs: [1] }, "envs[0]: must be of type string"],
  [CONTAINER, { image: "i", tmpfs: { "/run": 1 } }, "tmpfs./run: must be of type string"],
  [CONTAINER, { image: "i", ports: [80] }, "ports[0]: must be of type object"],
  [CONTAINER, { image: "i", ports: [{}] }, "ports[0].internal: a value is required"],
  [
    CONTAINER,
    { image: "i", restart: "allways" },
    "restart: does not match ^(no|on-failure|always|unless-stopped)$",
  ],
  [CONTAINER, { image: "i", ipcMode: "host" }, "ipcMode: does not match ^$"],
  [
    CONTAINER,
    { image: "i", healthcheck: { interval: "30" } },
    "healthcheck.interval: is not a valid duration such as 1m30s",
  ],
  [CONTAINER, {}, "image: a value is required"],
  [REMOTE, { create: "true" }, "connection: a value is required"],
  [REMOTE, { connection: { host: "h", proxy: {} } }, `connection.proxy: ${NOT_IMPLEMENTED}`],
  [
    REMOTE,
    { connection: { host: "h" }, logging: "all" },
    "logging: must be one of stdout, stderr, stdoutAndStderr, none",
  ],
] satisfies [string, Props, string][])("%s refuses %j", (token, inputs, reason) => {
  expect(reasons(token, inputs)).toEqual([reason]);
});

test("a failure never shows the value, which may be a password in the wrong place", () => {
  expect(reasons(CONTAINER, { image: "i", memory: new Secret("hunter2") })).toEqual([
    "memory: must be of type integer",
  ]);
});

test("values not known yet pass, nulls are unset, notes of the SDK are dropped", () => {
  const inputs = { image: new Unknown(), memory: null, __note: 1, envs: ["A=1", new Unknown()] };
  const checked = checkResource(docker, CONTAINER, "it", {}, inputs);
  expect(checked.failures).toEqual([]);
  expect(checked.inputs["image"]).toBeInstanceOf(Unknown);
  expect(checked.inputs).not.toHaveProperty("memory");
  expect(checked.inputs).not.toHaveProperty("__note");
});

test("the official plugin's defaults of a container", () => {
  const { inputs } = checkResource(
    docker,
    CONTAINER,
    "it",
    {},
    {
      image: "i",
      name: "box",
      ports: [{ internal: 80 }],
      healthcheck: { tests: ["CMD", "true"] },
    },
  );
  expect(inputs).toEqual({
    image: "i",
    name: "box",
    attach: false,
    logs: false,
    memoryReservation: 0,
    mustRun: true,
    networkMode: "bridge",
    readOnly: false,
    removeVolumes: true,
    restart: "no",
    rm: false,
    start: true,
    wait: false,
    waitTimeout: 60,
    ports: [{ internal: 80, ip: "0.0.0.0", protocol: "tcp" }],
    healthcheck: {
      tests: ["CMD", "true"],
      interval: "0s",
      timeout: "0s",
      startPeriod: "0s",
      startInterval: "0s",
      retries: 0,
    },
    __defaults: [
      "attach",
      "logs",
      "memoryReservation",
      "mustRun",
      "networkMode",
      "readOnly",
      "removeVolumes",
      "restart",
      "rm",
      "start",
      "wait",
      "waitTimeout",
    ],
  });
});

test("a name that is left out is made once and kept", () => {
  const token = "docker:index/volume:Volume";
  const first = checkResource(docker, token, "data", {}, {}).inputs;
  expect(first["name"]).toMatch(/^data-[0-9a-f]{7}$/);
  expect(first["__defaults"]).toEqual(["name"]);
  expect(checkResource(docker, token, "data", first, {}).inputs).toEqual(first);
  const given = checkResource(docker, token, "data", { ...first, __defaults: [] }, {}).inputs;
  expect(given["name"]).not.toBe(first["name"]);
});

test("an image keeps the name that it has", () => {
  const token = "docker:index/remoteImage:RemoteImage";
  expect(reasons(token, {})).toEqual(["name: a value is required"]);
});

test("secrets stay secret, and a connection becomes one", () => {
  const connection = { host: "h", password: new Secret("p") };
  const { inputs } = checkResource(
    command,
    REMOTE,
    "it",
    {},
    { connection, stdin: new Secret("s") },
  );
  expect(inputs).toEqual({
    connection: new Secret({
      host: "h",
      password: new Secret("p"),
      user: "root",
      port: 22,
      dialErrorLimit: 10,
      perDialTimeout: 15,
    }),
    stdin: new Secret("s"),
  });
});

test("an unknown resource type is named together with what is served", () => {
  expect(() => checkResource(command, "command:remote:CopyToRemote", "it", {}, {})).toThrow(
    "unrecognized resource type command:remote:CopyToRemote: this stand-in for the command plugin " +
      "serves only command:local:Command, command:remote:Command",
  );
});

test("provider settings arrive as JSON texts", () => {
  const news = { host: "ssh://h", sshOpts: '["-p","22"]', version: "5.2.0" };
  expect(checkConfig(docker, news)).toMatchObject({ failures: [], inputs: news });
  expect(readConfig(docker, news)).toEqual({ host: "ssh://h", sshOpts: ["-p", "22"] });
});

test("provider settings that are not implemented are refused", () => {
  expect(
    checkConfig(docker, { registryAuth: "[]", sshOpts: '"-p"', nonsense: "1" }).failures,
  ).toEqual([
    { property: "registryAuth", reason: `registryAuth: ${NOT_IMPLEMENTED}` },
    { property: "sshOpts", reason: "sshOpts: must be of type array" },
    { property: "nonsense", reason: "nonsense: the schema knows no such property" },
  ]);
});

test("defaulted inputs are told from given ones", () => {
  const specs = { a: { type: "string", default: "x" }, b: { type: "string" } } as const;
  expect(check(docker, specs, { b: "y" })).toEqual({
    inputs: { a: "x", b: "y" },
    failures: [],
    defaulted: ["a"],
  });
});
