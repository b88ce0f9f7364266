import type { EdgeModel } from "../../components/edge/edge-model.ts";

/** The edge's part of the model with the schema's defaults, and what a test wants otherwise. */
export function edgeModel(
  edge: Partial<EdgeModel["edge"]> = {},
  gateway: Partial<EdgeModel["gateway"]> = {},
): EdgeModel {
  return {
    gateway: {
      host: "gateway.test",
      port: 4000,
      bind: "0.0.0.0",
      url: "http://gateway.test:4000",
      ...gateway,
    },
    edge: {
      image: "haproxy:3.0-alpine",
      user: "99:99",
      memoryMb: 128,
      hosts: ["other.test"],
      sources: ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
      trustedProxies: [],
      limits: {
        requestsPerMinute: 600,
        requestsPerMinutePerAddress: 1200,
        failuresPerMinute: 60,
        connectionsPerAddress: 256,
      },
      maxBodyMb: 8,
      ...edge,
    },
    upstream: "mcp-litellm-proxy",
    ports: [],
  };
}
