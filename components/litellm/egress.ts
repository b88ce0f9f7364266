import * as pulumi from "@pulumi/pulumi";
import { mockModel, proxyEgress, relay } from "../../config/common/names.ts";
import type { GatewayModel } from "../../config/model.ts";
import { type Platform, externalNetworksOf } from "../containers/platform.ts";
import { readyCommand, readyThing } from "../containers/readiness.ts";
import type { Wanted } from "../drift/decisions.ts";
import { squidPort } from "../squid/squid-config.ts";
import { squidContainer, squidThings } from "../squid/squid-container.ts";
import { proxyEgressConfig } from "./egress-config.ts";
import { type DestinationSource, destinationsOf } from "./destinations.ts";

/** What LiteLLM asks without a proxy: what is on its own network, and itself. */
const direct = [relay.host, mockModel.host, "localhost", "127.0.0.1", "::1"];

/**
 * What makes LiteLLM 1.77.3 ask everything outside through a proxy. Its own reading of these
 * variables is done once for each HTTP client, by the first address that it is asked for: a client
 * that began with the scripted model goes past the proxy for good, and fails; the second try, with a
 * new client, comes a second later. So that is switched off, and aiohttp's own switched on, which
 * reads them for each request.
 */
export function proxyVariables<Url>(url: Url): Record<string, Url | string> {
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    NO_PROXY: direct.join(","),
    DISABLE_AIOHTTP_TRUST_ENV: "True",
    AIOHTTP_TRUST_ENV: "True",
  };
}

export type ProxyEgressArgs = DestinationSource & Pick<GatewayModel, "egressProxy">;

const squidOf = (model: DestinationSource) => ({
  directory: "proxy-egress",
  config: proxyEgressConfig(destinationsOf(model)),
});

/** What {@link proxyEgressOf} applies to the Docker host. */
export function proxyEgressThings(
  name: string,
  model: DestinationSource & Pick<GatewayModel, "directories" | "namePrefix">,
): Wanted[] {
  if (destinationsOf(model).length === 0) return [];
  return [
    ...squidThings(`${name}-container`, model, squidOf(model)),
    readyThing(`${name}-ready`, [model.namePrefix + proxyEgress.host]),
  ];
}

/**
 * LiteLLM's only way out: a Squid that lets it reach the configured model providers, and MCP
 * servers that it asks itself. Beside the old one, as LiteLLM is: who still waits for an answer
 * through that gets it.
 */
export class ProxyEgress extends pulumi.ComponentResource {
  /** Variables of LiteLLM's container. */
  readonly variables: Record<string, pulumi.Input<string>>;

  constructor(
    name: string,
    platform: Platform,
    args: ProxyEgressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:litellm:ProxyEgress", name, {}, opts);
    const container = squidContainer(
      `${name}-container`,
      {
        platform,
        host: proxyEgress.host,
        rolling: true,
        squid: args.egressProxy,
        ...squidOf(args),
        network: platform.networks.inner,
        externalNetworks: [platform.networks.gateway, ...externalNetworksOf(platform, "proxy")],
      },
      { parent: this },
    );
    const ready = readyCommand(
      `${name}-ready`,
      { platform, containers: [container], seconds: 60 },
      { parent: this },
    );
    // Its own name, not the one that it shares with the one before it. Known once it listens:
    // LiteLLM's entrypoint asks the providers for their roots.
    const listening = pulumi.all([container.name, ready.ids]).apply(([own]) => own);
    this.variables = proxyVariables(pulumi.interpolate`http://${listening}:${squidPort}`);
    this.registerOutputs({ container: container.name });
  }
}

/** None, if nothing that is configured needs one: LiteLLM has no way out then. */
export function proxyEgressOf(
  name: string,
  platform: Platform,
  args: ProxyEgressArgs,
  opts?: pulumi.ComponentResourceOptions,
): ProxyEgress | undefined {
  return destinationsOf(args).length === 0
    ? undefined
    : new ProxyEgress(name, platform, args, opts);
}
