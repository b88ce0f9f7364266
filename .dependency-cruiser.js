// Which room of the house may import which: `make check` holds it ("layering").
//
// Floors, from the ground up. A room imports rooms of the floors below its own, and nothing else:
// neither upward nor its neighbours on the same floor. So no two rooms can ever import each other.
// Types count as much as values: who names a type of a room has to know that room.
const floors = [
  // Pure: the stack's configuration, from YAML to a model. Data and rules, nothing that deploys.
  ["config/common"],
  ["config/database", "config/edge", "config/host", "config/models"],
  ["config/proxy", "config/stack-file"],
  ["config/connectors"],
  ["config/keys", "config/network"],
  ["config"],
  // How anything gets to the Docker host, and what is known of what got there.
  ["components/networks", "components/shell"],
  ["components/drift"],
  ["components/host"],
  ["components/containers"],
  // What is deployed.
  ["components/haproxy", "components/keyring", "components/mock-model", "components/squid"],
  ["components/database", "components/edge", "components/litellm", "components/relay"],
  ["components/access", "components/connectors", "components/preflight"],
  ["components/verification"],
  // All of it together: gateway.ts, things.ts, deploy.ts, read-config.ts.
  ["components"],
  ["index.ts"],
  // Commands, and what several of them share.
  ["ops/advisories", "ops/attack", "ops/lib"],
  ["ops"],
  ["bench/lib"],
  ["bench"],
];

/**
 * Arrows that run against the floors, each with its reason. One that imports cannot show:
 * components/verification starts `ops/verify.ts` as a program, because checks need a process that
 * Pulumi's own engine waits for, and the same command runs them at any other time.
 */
const exceptions = [
  {
    from: "^bench/guard\\.ts$",
    to: "^tests/support/",
    reason: "it times the very gateway that the contract tests start",
  },
];

const rooms = floors.flat();
/** The files of a room: those of a folder that has rooms in it are only what lies in it directly. */
const filesOf = (room) => {
  if (room.endsWith(".ts")) return `^${room.replaceAll(".", "\\.")}$`;
  const isWhole = !rooms.some((other) => other.startsWith(`${room}/`));
  return isWhole ? `^${room}/` : `^${room}/[^/]+$`;
};
const any = (paths) => (paths.length === 0 ? "^$" : paths.join("|"));

const layering = floors.flatMap((floor, level) =>
  floor.map((room) => ({
    name: `floor-of-${room}`,
    severity: "error",
    comment: `${room} imports from the floors below it only: ${floors.slice(0, level).flat().join(", ") || "it is the ground"}`,
    from: { path: filesOf(room) },
    to: {
      path: any([
        ...floors
          .slice(level)
          .flat()
          .filter((other) => other !== room)
          .map(filesOf),
      ]),
    },
  })),
);

export default {
  forbidden: [
    ...layering,
    {
      name: "config-is-pure",
      severity: "error",
      comment: "config/ can be read, tested and trusted without Pulumi: no resource, no engine",
      from: { path: "^config/" },
      to: { path: "(^|/)@pulumi/" },
    },
    {
      name: "no-circle",
      severity: "error",
      comment: "files that import each other, if only their types, cannot be understood one by one",
      from: {},
      to: { circular: true },
    },
    {
      name: "room-without-a-floor",
      severity: "error",
      comment: "a new folder gets its floor in .dependency-cruiser.js",
      from: {
        path: "^(bench|components|config|ops)/",
        pathNot: any(rooms.map(filesOf)),
      },
      to: {},
    },
    {
      name: "product-without-tests",
      severity: "error",
      comment: "what is deployed, and the commands beside it, stand without tests and lab",
      from: {
        path: "^(bench|components|config|ops|index\\.ts)",
        pathNot: any(exceptions.map(({ from }) => from)),
      },
      to: { path: "^(tests|lab)/" },
    },
    ...exceptions.map(({ from, to, reason }) => ({
      name: "exception",
      severity: "error",
      comment: `it may import ${to}, because ${reason}; no other test`,
      from: { path: from },
      to: { path: "^(tests|lab)/", pathNot: to },
    })),
    {
      name: "lab-stands-alone",
      severity: "error",
      comment: "the lab stands in for things from outside: it knows nothing of the product",
      from: { path: "^lab/" },
      to: { path: "^(bench|components|config|ops|tests|index\\.ts)" },
    },
    {
      name: "not-resolved",
      severity: "error",
      comment: "an import that leads nowhere is one that no rule here has looked at",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types"],
    },
  },
};
