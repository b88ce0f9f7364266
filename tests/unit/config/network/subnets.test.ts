import fc from "fast-check";
import { blockOf, contains, gatewayOf, overlap } from "../../../../config/network/cidr.ts";
import {
  type Subnets,
  connectorsIn,
  nothingKnown,
  subnets,
} from "../../../../config/network/subnets.ts";

const range = "10.231.0.0/18";
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `c${at}`);

/** Everything that a placement gives out. */
const blocks = ({ inner, connectors }: Subnets) =>
  [inner, ...Object.values(connectors)].map((text) => {
    const block = blockOf(text);
    if (block === undefined) throw new Error(`${text} is no subnet`);
    return block;
  });

function expectApart(placed: Subnets, others: readonly string[] = []): void {
  const all = [...blocks(placed), ...others.flatMap((text) => blockOf(text) ?? [])];
  const apart = all.every((a, at) => all.slice(at + 1).every((b) => !overlap(a, b)));
  expect(apart).toBe(true);
  const whole = blockOf(range);
  expect(blocks(placed).every((one) => whole !== undefined && contains(whole, one))).toBe(true);
}

it("gives the first /24 to the gateway's own parts, and a /28 to each connector by its id alone", () => {
  expect(subnets(range, ["notes", "planets"], nothingKnown)).toEqual({
    inner: "10.231.0.0/24",
    connectors: { notes: "10.231.21.0/28", planets: "10.231.15.48/28" },
  });
  expect(subnets(range, ["planets", "reports"], nothingKnown)?.connectors["planets"]).toBe(
    "10.231.15.48/28",
  );
});

it.each([
  ["10.0.0.0/8", { start: 10 * 2 ** 24, size: 2 ** 24 }],
  ["10.231.7.9/18", { start: 10 * 2 ** 24 + 231 * 2 ** 16, size: 2 ** 14 }],
  ["255.255.255.255", { start: 2 ** 32 - 1, size: 1 }],
  ["0.0.0.0/0", { start: 0, size: 2 ** 32 }],
  ["10.0.0.256", undefined],
  ["10.0.0.0/33", undefined],
  ["nexthop", undefined],
  ["fd00::/8", undefined],
])("%s as numbers", (text, block) => {
  expect(blockOf(text)).toEqual(block);
});

it("gives Docker the first address of each", () => {
  expect([gatewayOf("10.231.15.48/28"), gatewayOf("10.231.0.0/24")]).toEqual([
    "10.231.15.49",
    "10.231.0.1",
  ]);
});

it.each([
  ["10.231.0.0/16", 4080],
  ["10.231.0.0/18", 1008],
  ["10.231.0.0/22", 48],
])("%s has room for %d connectors, and not for one more", (small, count) => {
  expect(connectorsIn(small)).toBe(count);
  expect(Object.keys(subnets(small, ids(count), nothingKnown)?.connectors ?? {})).toHaveLength(
    count,
  );
  expect(subnets(small, ids(count + 1), nothingKnown)).toBeUndefined();
});

const someIds = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/), { maxLength: 50 });
/** Networks and routes inside the range, and ones that cover a part of it. */
const someTaken = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 63 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 20, max: 32 }),
    )
    .map(([third, fourth, bits]) => `10.231.${third}.${fourth}/${bits}`),
  { maxLength: 6 },
);

it("never overlaps, neither itself nor what is there, fifty connectors and more", () => {
  fc.assert(
    fc.property(someIds, someTaken, (wanted, taken) => {
      const placed = subnets(range, wanted, { deployed: { connectors: {} }, taken });
      if (placed === undefined) return;
      expectApart({ ...placed }, []);
      const own = blocks(placed);
      const there = taken.flatMap((text) => blockOf(text) ?? []);
      expect(own.some((one) => there.some((other) => overlap(one, other)))).toBe(false);
      expect(Object.keys(placed.connectors)).toEqual([...wanted].sort());
    }),
  );
  expect(subnets(range, ids(50), nothingKnown)).toBeDefined();
});

it("leaves what is deployed where it is, whoever comes and goes", () => {
  fc.assert(
    fc.property(someIds, someIds, someTaken, (before, after, taken) => {
      const first = subnets(range, before, { deployed: { connectors: {} }, taken });
      if (first === undefined) return;
      // What goes is still there while what comes is made.
      const going = before.filter((id) => !after.includes(id));
      const second = subnets(range, after, {
        deployed: first,
        taken: [...taken, ...going.map((id) => first.connectors[id] ?? "")],
      });
      if (second === undefined) return;
      expectApart(second, []);
      expect(second.inner).toBe(first.inner);
      for (const id of after)
        if (before.includes(id)) expect(second.connectors[id]).toBe(first.connectors[id]);
      for (const id of going)
        expect(Object.values(second.connectors)).not.toContain(first.connectors[id]);
    }),
  );
});

it("moves a deployed network only out of another range, or from under somebody else's", () => {
  const deployed = { inner: "10.231.3.0/24", connectors: { a: "10.231.9.16/28" } };
  expect(subnets(range, ["a"], { deployed, taken: [] })).toEqual(deployed);
  expect(subnets("10.240.0.0/18", ["a"], { deployed, taken: [] })?.inner).toBe("10.240.0.0/24");
  expect(subnets(range, ["a"], { deployed, taken: ["10.231.9.20"] })).toEqual({
    inner: "10.231.3.0/24",
    connectors: { a: subnets(range, ["a"], nothingKnown)?.connectors["a"] },
  });
  // A network of another size is none of this version's.
  expect(
    subnets(range, ["a"], { deployed: { ...deployed, inner: "10.231.0.0/20" }, taken: [] }),
  ).toEqual({ inner: "10.231.0.0/24", connectors: deployed.connectors });
});

it("has no place where something covers the range", () => {
  for (const taken of [["10.0.0.0/8"], ["10.231.0.0/16"]])
    expect(subnets(range, [], { deployed: { connectors: {} }, taken })).toBeUndefined();
});
