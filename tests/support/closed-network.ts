import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { proxyEgressConfig } from "../../components/litellm/egress-config.ts";
import { destinationsOf } from "../../components/litellm/destinations.ts";
import { squidPort } from "../../components/squid/squid-config.ts";
import type { GatewayModel } from "../../config/model.ts";
import * as docker from "./docker.ts";

/** What is around a network that leads nowhere, as LiteLLM is deployed on one. */
export interface Closed {
  /** Networks of the only way out, a Squid; the tests come in through the first. */
  readonly outside: readonly string[];
  /** PEM of the authority that the model providers have their certificates of. */
  readonly privateRoots: string;
}

/** LiteLLM's way out, as deployed. */
export async function startEgress(
  { egress, network }: { readonly egress: string; readonly network: string },
  place: string,
  model: GatewayModel,
  { outside }: Closed,
): Promise<void> {
  writeFileSync(join(place, "egress.cfg"), proxyEgressConfig(destinationsOf(model)), {
    mode: 0o644,
  });
  await docker.start(egress, [
    "--network",
    network,
    "--user",
    "13:13",
    "--cap-drop",
    "ALL",
    "--read-only",
    "--tmpfs",
    "/tmp:size=4m",
    "--memory",
    `${model.egressProxy.memoryMb}m`,
    "--volume",
    `${join(place, "egress.cfg")}:/etc/mcp-gateway/egress.cfg:ro`,
    "--entrypoint",
    "squid",
    docker.image(model.egressProxy.image),
    "-N",
    "-f",
    "/etc/mcp-gateway/egress.cfg",
  ]);
  for (const one of outside) await docker.dockerOk(["network", "connect", one, egress]);
  await docker.until(egress, 20, async () => {
    const probe = ["bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${squidPort}`];
    return (await docker.docker(["exec", egress, ...probe])).code === 0;
  });
}

/** Nothing of a closed network can be published: what lets the tests in stands on two. */
export async function startFront(
  { front, network }: { readonly front: string; readonly network: string },
  place: string,
  { outside }: Closed,
): Promise<void> {
  const config = [
    "defaults",
    "  mode tcp",
    "  timeout connect 2s",
    "  timeout client 1h",
    "  timeout server 1h",
    "listen front",
    "  bind :4000",
    "  server proxy mcp-litellm-proxy:4000",
  ];
  writeFileSync(join(place, "front.cfg"), `${config.join("\n")}\n`, { mode: 0o644 });
  await docker.start(front, [
    "--network",
    outside[0] ?? "",
    "--publish",
    "127.0.0.1::4000",
    "--volume",
    `${join(place, "front.cfg")}:/front.cfg:ro`,
    docker.image(docker.images.haproxy),
    "sh",
    "-c",
    // Its configuration names what only the other network knows.
    "until getent hosts mcp-litellm-proxy >/dev/null; do sleep 0.1; done; exec haproxy -db -f /front.cfg",
  ]);
  await docker.dockerOk(["network", "connect", network, front]);
}
