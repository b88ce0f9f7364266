import { findings } from "../../../../components/preflight/findings.ts";
import { parseFacts } from "../../../../components/preflight/host-facts.ts";
import { nearestTags, registryOf } from "../../../../components/preflight/published-tags.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const model = modelOf({ ...exampleConfig(), externalNetworks: { "office-net": ["edge"] } });
const found = (...lines: string[]) =>
  findings(model, parseFacts(["engine\t28.0", "network\toffice-net", ...lines].join("\n")));
const container = (name: string, files: string, ports: string): string =>
  `container\t${name}\t${files}\t${ports}`;
const change = (path: string, port: number) =>
  `pulumi config set --path 'mcp-gateway:${path}' '${port}', or stop what uses it`;

it("has nothing to say about a host where all is free", () => {
  expect(found()).toEqual([]);
});

it("has nothing to say about the gateway's own containers", () => {
  expect(
    found(
      container(
        "mcp-edge",
        model.directories.config,
        "127.0.0.1:4000->4000/tcp, 127.0.0.1:48011->20975/tcp",
      ),
      'listening\t127.0.0.1:4000\tusers:(("docker-proxy",pid=1,fd=4))',
    ),
  ).toEqual([]);
});

it.each([
  ["127.0.0.1:4000->80/tcp"],
  ["0.0.0.0:4000->80/tcp, [::]:4000->80/tcp"],
  ["0.0.0.0:3999-4001->3999-4001/tcp"],
])("names the container that has the port: %s", (ports) => {
  expect(found(container("web", "", ports))).toEqual([
    { message: "port 4000 is taken by the container web", fix: change("gateway.port", 4100) },
  ]);
});

it("says how to take over a port that an older version's container of ours has", () => {
  const ports = "127.0.0.1:48011->8686/tcp";
  expect(found(container("mcp-reports-route", model.directories.config, ports))).toEqual([
    {
      message: "port 48011 is taken by the container mcp-reports-route",
      fix: "pulumi config rm --path 'mcp-gateway:connectors.reports.hostPort', make up, and set it again",
    },
  ]);
});

it("does not mind the same port at another address, or unpublished", () => {
  expect(found(container("web", "", "192.0.2.1:4000->80/tcp, 4000/tcp"))).toEqual([]);
});

it("names the process that listens, also on every address", () => {
  expect(found('listening\t*:48020\tusers:(("node",pid=7,fd=3))')).toEqual([
    {
      message: "port 48020 is taken by node (process 7), listening on *:48020",
      fix: change("connectors.notes.hostPort", 48120),
    },
  ]);
  expect(found("listening\t[::]:4000\t")[0]?.message).toBe(
    "port 4000 is taken by another process, listening on [::]:4000",
  );
});

it("does not take over a container of somebody else's with one of its names", () => {
  expect(found(container("mcp-edge", "", ""))).toEqual([
    {
      message: "a container called mcp-edge is already there and is not the gateway's",
      fix: "docker rename mcp-edge old-mcp-edge, or remove it",
    },
  ]);
});

it("does not take over another deployment's container, nor its port", () => {
  const ports = "127.0.0.1:4000->4000/tcp";
  expect(found(container("mcp-edge", "/elsewhere/config", ports))).toEqual([
    {
      message: "port 4000 is taken by the container mcp-edge",
      fix: change("gateway.port", 4100),
    },
    {
      message:
        "the container mcp-edge belongs to another deployment of the gateway, with its files in /elsewhere/config",
      fix: "make down there, or a name of your own here: pulumi config set --path 'mcp-gateway:namePrefix' 'staging-'",
    },
  ]);
});

it("finds the admin port taken", () => {
  const raw = { ...exampleConfig(), gateway: { adminPort: 4001 } };
  const line = 'listening\t127.0.0.1:4001\tusers:(("other",pid=7,fd=3))\n';
  expect(findings(modelOf(raw), parseFacts(`network\toffice-net\n${line}`))).toEqual([
    {
      message: "port 4001 is taken by other (process 7), listening on 127.0.0.1:4001",
      fix: "pulumi config set --path 'mcp-gateway:gateway.adminPort' '4101', or stop what uses it",
    },
  ]);
});

it("misses an external network", () => {
  expect(findings(model, parseFacts("engine\t28.0"))).toEqual([
    {
      message: "the network office-net does not exist",
      fix: `docker network create office-net, or do without: pulumi config rm --path 'mcp-gateway:externalNetworks["office-net"]'`,
    },
  ]);
});

it.each([
  ["no-docker", "the Docker host has no docker command"],
  ["denied\tme", "me may not use the Docker engine at unix:///var/run/docker.sock"],
  ["no-engine\tgone", "no Docker engine answers at unix:///var/run/docker.sock: gone"],
])("says nothing but the cause when the engine does not answer: %j", (line, message) => {
  expect(findings(model, parseFacts(`${line}\n`)).map((each) => each.message)).toEqual([message]);
});

it("reads which images cannot be obtained", () => {
  expect(parseFacts("engine\t1\nimage\ta:1\nno-image\tb:2\tnot found\n").missingImages).toEqual([
    { image: "b:2", reason: "not found" },
  ]);
});

it("takes references of other registries apart, and none of Docker Hub's", () => {
  expect(registryOf("registry.test/berriai/litellm:v1.77.3-stable")).toEqual({
    registry: "registry.test",
    repository: "berriai/litellm",
    tag: "v1.77.3-stable",
  });
  expect(registryOf("localhost:5000/a@sha256:0")).toEqual({
    registry: "localhost:5000",
    repository: "a",
    tag: "",
  });
  expect(registryOf("library/postgres:16")).toBeUndefined();
});

it("offers the tags that are most like the wanted one", () => {
  const tags = ["main-v1.77.2-stable", "main-v1.77.3-stable", "latest", "v1.70.0", "sha-abc"];
  expect(nearestTags("v1.77.3-stable", tags).slice(0, 2)).toEqual([
    "main-v1.77.3-stable",
    "main-v1.77.2-stable",
  ]);
  expect(nearestTags("v1.77.3-stable", tags)).not.toContain("latest");
});
