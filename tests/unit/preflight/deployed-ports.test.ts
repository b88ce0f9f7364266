import { withDeployedPorts } from "../../../components/preflight/deployed-ports.ts";
import { parseFacts } from "../../../components/preflight/findings.ts";
import { modelOf } from "../../support/config.ts";

const model = modelOf({
  connectors: { a: { use: "notes" }, b: { use: "notes" }, c: { use: "notes", hostPort: 48_040 } },
});
const files = model.directories.config;
const ports = (...lines: string[]) =>
  withDeployedPorts(model, parseFacts(lines.join("\n"))).connectors.map(({ id, container }) => [
    id,
    container?.hostPort,
  ]);

it("gives the catalogue's port to the first, and the next free ones", () => {
  expect(ports()).toEqual([
    ["a", 48_020],
    ["b", 48_010],
    ["c", 48_040],
  ]);
});

it("leaves deployed connectors where they are, also on the catalogue's port", () => {
  expect(ports(`container\tmcp-b\t${files}\t127.0.0.1:48020->9000/tcp`)).toEqual([
    ["a", 48_010],
    ["b", 48_020],
    ["c", 48_040],
  ]);
});

it.each([
  ["another's container", "container\tother\t\t0.0.0.0:48020->80/tcp"],
  ["another checkout's mcp-a", "container\tmcp-a\t/elsewhere\t127.0.0.1:48020->9000/tcp"],
  ["a connector of ours that is to go", `container\tmcp-gone\t${files}\t127.0.0.1:48020->9000/tcp`],
  ["a program that listens", "listening\t[::]:48020\tusers:((nc,pid=1,fd=3))"],
])("goes round a port that %s has", (_, line) => {
  expect(ports(line).slice(0, 2)).toEqual([
    ["a", 48_010],
    ["b", 48_011],
  ]);
});
