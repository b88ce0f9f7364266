import fc from "fast-check";
import { relayPort } from "../../../../config/connectors/relay-port.ts";

const id = fc.stringMatching(/^[a-z][a-z0-9_]{0,19}$/);

it("is a port of the id's own, 20000 to 39999", () => {
  const ids = ["files", "postgres"];
  expect(ids.map((one) => relayPort(one, ids))).toEqual([28_125, 20_828]);
});

it("is another one for every connector, in whatever order they are given", () => {
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 200 }), (ids) => {
      const ports = ids.map((one) => relayPort(one, ids));
      expect(new Set(ports).size).toBe(ids.length);
      expect(ports.every((port) => port >= 20_000 && port < 40_000)).toBe(true);
      expect(ids.map((one) => relayPort(one, [...ids].reverse()))).toEqual(ports);
    }),
    { numRuns: 100 },
  );
});

it("stays as it is when others come and go, except where two ids fall on one port", () => {
  // Found by trying: both hash to the same port.
  const [a, b] = sameHash();
  expect(relayPort(a, [a])).toBe(relayPort(b, [b]));
  expect(relayPort(a, [a, b])).toBe(relayPort(a, [a]));
  expect(relayPort(b, [a, b])).toBe(relayPort(b, [b]) + 1);
});

it("is refused for an id that is none of the connectors'", () => {
  expect(() => relayPort("x", ["a", "b"])).toThrow("x is not one of a, b");
});

/** Two ids of the same port, sorted. */
function sameHash(): [string, string] {
  const seen = new Map<number, string>();
  for (let at = 0; ; at++) {
    const one = `c${at}`;
    const port = relayPort(one, [one]);
    const other = seen.get(port);
    if (other !== undefined) return [other, one].sort() as [string, string];
    seen.set(port, one);
  }
}
