import { moveIn } from "../support/second-host/neighbours.ts";
import { SecondHost, secondHostIsPossible } from "../support/second-host/second-host.ts";
import { badHosts } from "./groups/bad-hosts.ts";
import { lanLife } from "./groups/lan-life.ts";
import { lanUp } from "./groups/lan-up.ts";
import { Lan } from "./support/lan.ts";
import { lock, unlock } from "./support/lock.ts";

jest.setTimeout(400_000);

const possible = secondHostIsPossible();

/** One host and one deployment for all; the groups run in this order. */
let shared: Lan | undefined;
const lan = (): Lan => {
  if (shared === undefined) throw new Error("there is no second host");
  return shared;
};

beforeAll(async () => {
  if (!possible) return;
  lock("second-host");
  const host = await SecondHost.start();
  shared = new Lan(host, "lan");
  await moveIn(host);
  await shared.init();
});

afterAll(async () => {
  if (!possible) return;
  await shared?.host.powerOff();
  shared?.remove();
  unlock("second-host");
});

const suite = possible ? describe : describe.skip;
suite("refused before anything is changed", () => {
  badHosts(lan);
});
suite("the LAN stack, over SSH", () => {
  lanUp(lan);
});
suite("life on that host", () => {
  lanLife(lan);
});
