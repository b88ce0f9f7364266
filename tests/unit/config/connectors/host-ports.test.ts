import fc from "fast-check";
import { type PortWish, hostPorts } from "../../../../config/connectors/host-ports.ts";

const nothing = { own: [4000], deployed: {}, foreign: [] };

it("gives out ports from 48010 on, in the order of the ids", () => {
  expect(hostPorts([{ id: "b" }, { id: "a" }, { id: "c" }], nothing)).toEqual({
    a: 48_010,
    b: 48_011,
    c: 48_012,
  });
});

it("goes by the stack's word first, then by what is deployed, then by the catalogue's wish", () => {
  const wishes: PortWish[] = [
    { id: "fixed", fixed: 48_020, preferred: 48_010 },
    { id: "here", preferred: 48_010 },
    { id: "new", preferred: 48_020 },
    { id: "wish", preferred: 48_030 },
  ];
  expect(hostPorts(wishes, { ...nothing, deployed: { here: 48_033 } })).toEqual({
    fixed: 48_020,
    here: 48_033,
    new: 48_010,
    wish: 48_030,
  });
});

it("gives nothing away that somebody else has, except on the stack's own word", () => {
  const known = { own: [48_010], deployed: {}, foreign: [48_011, 48_050] };
  expect(
    hostPorts(
      [
        { id: "a", preferred: 48_050 },
        { id: "b", fixed: 48_011 },
      ],
      known,
    ),
  ).toEqual({
    a: 48_012,
    b: 48_011,
  });
});

it("does not take a deployed port that the stack has given to another", () => {
  const wishes = [{ id: "a" }, { id: "b", fixed: 48_010 }];
  expect(hostPorts(wishes, { ...nothing, deployed: { a: 48_010 } })).toEqual({
    a: 48_011,
    b: 48_010,
  });
});

it("moves no connector, whichever others come and go, and never gives one port twice", () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(ids, { minLength: 2, maxLength: 6 }), (stacks) => {
      let deployed: Readonly<Record<string, number>> = {};
      for (const stack of stacks) {
        const before = deployed;
        deployed = hostPorts(
          stack.map((id) => ({ id, preferred: 48_010 })),
          { ...nothing, deployed },
        );
        expect(new Set(Object.values(deployed)).size).toBe(stack.length);
        for (const id of stack)
          if (Object.hasOwn(before, id)) expect([id, deployed[id]]).toEqual([id, before[id]]);
      }
    }),
    { numRuns: 200 },
  );
});

it("says so when there is no port left", () => {
  const foreign = Array.from({ length: 65_536 - 48_010 }, (_, at) => 48_010 + at);
  expect(() => hostPorts([{ id: "a" }], { ...nothing, foreign })).toThrow(
    "there is no free port for connector a",
  );
});
