import { parseFacts } from "../../../../components/preflight/host-facts.ts";
import { pathFindings, wantedPaths } from "../../../../components/preflight/path-findings.ts";

const mount = (source: string, index: number) => ({
  source,
  target: `/data${source}`,
  writable: false,
  path: ["connectors", "files", "inputs", "paths", index],
});
const model = {
  connectors: [{ mounts: [mount("/srv/a", 0), mount("/srv/link", 1), mount("/srv/gone", 2)] }],
  directories: { config: "/gw/config", secrets: "/gw/secrets" },
  dockerHost: { kind: "local", url: "unix:///var/run/docker.sock" },
} as unknown as Parameters<typeof pathFindings>[0];

it("asks for every path once", () => {
  expect(wantedPaths(model)).toEqual(["/srv/a", "/srv/gone", "/srv/link"]);
});

it("names what is not there, and what a link leads to", () => {
  const facts = parseFacts(
    "path\t/srv/a\t/srv/a\npath\t/srv/link\t/gw/secrets\npath\t/srv/gone\t\n",
  );
  expect(pathFindings(model, facts.paths)).toEqual([
    {
      message:
        "/srv/link leads to /gw/secrets on the Docker host: the gateway's own files are in /gw/secrets",
      fix: "pulumi config set --path 'mcp-gateway:connectors.files.inputs.paths[1]' '/srv/shared'",
    },
    {
      message: "/srv/gone is not there on the Docker host",
      fix: "mkdir -p /srv/gone there, or another path: pulumi config set --path 'mcp-gateway:connectors.files.inputs.paths[2]' '/srv/shared'",
    },
  ]);
});
