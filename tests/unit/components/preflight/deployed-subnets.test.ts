import { withDeployedSubnets } from "../../../../components/preflight/deployed-subnets.ts";
import { parseFacts } from "../../../../components/preflight/host-facts.ts";
import { modelOf } from "../../../support/config.ts";

const model = modelOf({ connectors: { a: { use: "notes" }, b: { use: "notes" } } });
const placed = (...lines: string[]) => {
  const { model: result, findings } = withDeployedSubnets(model, parseFacts(lines.join("\n")));
  return { ...result.subnets, findings };
};
const first = placed();

it("is what the configuration alone gives, where the host has nothing in the way", () => {
  expect(first).toEqual({ ...model.subnets, findings: [] });
  expect(
    placed(
      "subnet\tbridge\t172.17.0.0/16 ",
      "subnet\tsix\tfd00::/64 ",
      "subnet\thost\t",
      "route\t172.17.0.0/16\tdocker0",
      // The halves of a VPN's default route are no network.
      "route\t0.0.0.0/1\ttun0",
    ),
  ).toEqual(first);
});

it("keeps what is deployed, with its route, and goes round a connector that is to go", () => {
  const lines = [
    "subnet\tmcp-gateway-net-inner\t10.231.4.0/24 ",
    "subnet\tmcp-gateway-net-c-a\t10.231.5.16/28 ",
    "route\t10.231.5.16/28\tbr-123",
    `subnet\tmcp-gateway-net-c-gone\t${first.connectors["b"] ?? ""} `,
  ];
  const { inner, connectors, findings } = placed(...lines);
  expect([inner, connectors["a"], findings]).toEqual(["10.231.4.0/24", "10.231.5.16/28", []]);
  expect(connectors["b"]).not.toBe(first.connectors["b"]);
});

it("lets another gateway have the same range: each takes what the other leaves", () => {
  const { inner, findings } = placed("subnet\tother-inner\t10.231.0.0/24 ");
  expect([inner, findings]).toEqual(["10.231.1.0/24", []]);
});

it.each([
  ["route\t10.0.0.0/8\ttun0", "a route leads to 10.0.0.0/8 by tun0", "172.31.0.0/18"],
  [
    "subnet\toffice\t10.231.0.0/16 ",
    "the Docker network office has 10.231.0.0/16",
    "10.232.0.0/18",
  ],
])("says what is in the way, and which range is free: %s", (line, words, free) => {
  expect(placed(line).findings).toEqual([
    {
      message: `networkRange 10.231.0.0/18 has no room for the gateway's networks: ${words}`,
      fix: `pulumi config set --path 'mcp-gateway:networkRange' '${free}'`,
    },
  ]);
});

it("counts what is in the way of a range that many share", () => {
  const lines = Array.from({ length: 64 }, (_, at) => `subnet\tn${at}\t10.231.${at}.0/24 `);
  expect(placed(...lines).findings[0]?.message).toBe(
    "networkRange 10.231.0.0/18 has no room for the gateway's networks: the Docker network n0 has 10.231.0.0/24, the Docker network n1 has 10.231.1.0/24, the Docker network n2 has 10.231.2.0/24, 61 more",
  );
});
