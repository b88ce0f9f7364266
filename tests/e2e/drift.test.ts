import { driftOfContainers, driftOfFiles, driftOfKeys } from "./groups/drift.ts";
import { manyClients } from "./groups/load.ts";
import { lostDatabase } from "./groups/lost-database.ts";
import { matrix } from "./groups/matrix.ts";
import { Deployment } from "./support/deployment.ts";
import { lock, unlock } from "./support/lock.ts";

jest.setTimeout(240_000);

let shared: Deployment | undefined;
const deployment = (): Deployment => {
  if (shared === undefined) throw new Error("there is no deployment");
  return shared;
};

beforeAll(async () => {
  lock();
  shared = await Deployment.create("e2ed-");
  await shared.up();
});

afterAll(async () => {
  if (process.env["KEEP"] !== "1") await shared?.remove();
  unlock();
});

const groups = {
  "keys changed behind our back": driftOfKeys,
  "files changed by hand": driftOfFiles,
  "containers changed by hand": driftOfContainers,
  "the database lost, another salt key, another master key": lostDatabase,
  "every route, every kind of key": matrix,
  "many clients at once": (of: () => Deployment) => {
    manyClients(of, 6, 5);
  },
};
for (const [name, group] of Object.entries(groups))
  describe(name, () => {
    group(deployment);
  });
