import { traefikLabels } from "../../../../components/edge/traefik-labels.ts";
import { exampleConfig, modelOf, problemsIn } from "../../../support/config.ts";

const labels = (traefik?: object, more: Record<string, unknown> = {}) =>
  traefikLabels(
    modelOf({
      ...exampleConfig(),
      ...(traefik === undefined ? {} : { ingress: { traefik } }),
      edge: { sources: ["192.168.1.0/24", "10.8.0.0/16"] },
      ...more,
    }),
  );

it("says nothing to Traefik unless it is asked to", () => {
  expect(labels()).toEqual({});
});

it("routes one host name on the edge's port, and lets in whom the edge would", () => {
  expect(labels({})).toEqual({
    "traefik.enable": "true",
    "traefik.docker.network": "traefik-proxy",
    "traefik.http.routers.mcp-gateway.rule": "Host(`litellm.linuxserver.lan`)",
    "traefik.http.routers.mcp-gateway.entrypoints": "websecure",
    "traefik.http.routers.mcp-gateway.service": "mcp-gateway",
    "traefik.http.routers.mcp-gateway.middlewares": "mcp-gateway-sources",
    "traefik.http.routers.mcp-gateway.tls": "true",
    "traefik.http.services.mcp-gateway.loadbalancer.server.port": "4000",
    "traefik.http.middlewares.mcp-gateway-sources.ipallowlist.sourcerange":
      "192.168.1.0/24,10.8.0.0/16",
  });
});

it("takes entry points, a certificate resolver and middlewares; names follow the prefix", () => {
  const all = labels(
    {
      host: "AI.example.net",
      network: "proxy-net",
      entryPoints: ["web", "websecure"],
      certResolver: "letsencrypt",
      middlewares: ["keycloak@file", "rate@docker"],
    },
    { namePrefix: "my.staging_" },
  );
  const router = "traefik.http.routers.my-staging-mcp-gateway";
  expect(all["traefik.docker.network"]).toBe("proxy-net");
  expect(all[`${router}.rule`]).toBe("Host(`ai.example.net`)");
  expect(all[`${router}.entrypoints`]).toBe("web,websecure");
  expect(all[`${router}.tls.certresolver`]).toBe("letsencrypt");
  expect(all[`${router}.middlewares`]).toBe(
    "my-staging-mcp-gateway-sources,keycloak@file,rate@docker",
  );
});

it("has no TLS labels where the entry point has none", () => {
  const keys = Object.keys(labels({ tls: false, entryPoints: ["web"] }));
  expect(keys.filter((key) => key.includes("tls"))).toEqual([]);
});

it("attaches the edge to Traefik's network, and lets the name in", () => {
  const model = modelOf({ ...exampleConfig(), ingress: { traefik: {} } });
  expect(model.externalNetworks).toEqual({ "traefik-proxy": ["edge"] });
  expect(model.edge.hosts).toEqual(["litellm.linuxserver.lan"]);
  const off = modelOf(exampleConfig());
  expect([off.externalNetworks, off.edge.hosts, off.ingress]).toEqual([{}, [], {}]);
});

it("adds to what the network has already", () => {
  const model = modelOf({
    ...exampleConfig(),
    externalNetworks: { "traefik-proxy": ["notes"], "a-net": ["edge"] },
    ingress: { traefik: {} },
  });
  expect(model.externalNetworks).toEqual({ "a-net": ["edge"], "traefik-proxy": ["notes", "edge"] });
});

it("keeps Traefik off the gateway's own network, and asks for TLS with a resolver", () => {
  const problems = problemsIn({
    ...exampleConfig(),
    ingress: { traefik: { network: "mcp-gateway-net", tls: false, certResolver: "le" } },
  });
  expect(problems.map(({ path, fix }) => [path.join("."), fix])).toEqual([
    [
      "ingress.traefik.network",
      "pulumi config set --path 'mcp-gateway:ingress.traefik.network' 'traefik-proxy'",
    ],
    [
      "ingress.traefik.certResolver",
      "pulumi config rm --path 'mcp-gateway:ingress.traefik.certResolver'",
    ],
  ]);
});
