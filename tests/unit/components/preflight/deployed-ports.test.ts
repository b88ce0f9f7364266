import { withDeployedPorts } from "../../../../components/preflight/deployed-ports.ts";
import { parseFacts } from "../../../../components/preflight/host-facts.ts";
import { modelOf } from "../../../support/config.ts";

const model = modelOf({
  connectors: {
    a: { use: "notes", expose: "loopback" },
    b: { use: "notes", expose: "lan" },
    c: { use: "notes", hostPort: 48_040 },
    closed: { use: "notes" },
  },
});
const files = model.directories.config;
const ports = (...lines: string[]) =>
  withDeployedPorts(model, parseFacts(lines.join("\n"))).connectors.flatMap(({ id, open }) =>
    open === undefined ? [] : [[id, open.hostPort]],
  );
/** The edge's own port behind a connector's. */
const behind = (id: string) => model.connectors.find((one) => one.id === id)?.open?.edgePort ?? 0;

it("gives the catalogue's port to the first, and the next free ones", () => {
  expect(ports()).toEqual([
    ["a", 48_020],
    ["b", 48_010],
    ["c", 48_040],
  ]);
});

it("leaves deployed connectors where they are, also on the catalogue's port", () => {
  expect(ports(`container\tmcp-edge\t${files}\t0.0.0.0:48020->${behind("b")}/tcp`)).toEqual([
    ["a", 48_010],
    ["b", 48_020],
    ["c", 48_040],
  ]);
});

it.each([
  ["another's container", "container\tother\t\t0.0.0.0:48020->80/tcp"],
  [
    "another checkout's edge",
    `container\tmcp-edge\t/elsewhere\t127.0.0.1:48020->${behind("a")}/tcp`,
  ],
  [
    "a connector of ours that is to go",
    `container\tmcp-edge\t${files}\t127.0.0.1:48020->39999/tcp`,
  ],
  ["a program that listens", "listening\t[::]:48020\tusers:((nc,pid=1,fd=3))"],
])("goes round a port that %s has", (_, line) => {
  expect(ports(line).slice(0, 2)).toEqual([
    ["a", 48_010],
    ["b", 48_011],
  ]);
});
