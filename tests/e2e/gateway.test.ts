import { comeback } from "./groups/comeback.ts";
import { reachable } from "./groups/reachable.ts";
import { failures } from "./groups/failures.ts";
import { farewell } from "./groups/farewell.ts";
import { firstUp } from "./groups/first-up.ts";
import { keyLife } from "./groups/key-life.ts";
import { openai } from "./groups/openai.ts";
import { operators } from "./groups/operators.ts";
import { ownClients } from "./groups/own-clients.ts";
import { refusals } from "./groups/refusals.ts";
import { rollout } from "./groups/rollout.ts";
import { scopes } from "./groups/scopes.ts";
import { traces } from "./groups/traces.ts";
import { Deployment } from "./support/deployment.ts";
import { lock, unlock } from "./support/lock.ts";

jest.setTimeout(240_000);

/** One deployment for all: the groups run in this order, each on what the one before has left. */
let shared: Deployment | undefined;
const deployment = (): Deployment => {
  if (shared === undefined) throw new Error("there is no deployment");
  return shared;
};

beforeAll(async () => {
  lock();
  shared = await Deployment.create("e2e-");
});

afterAll(async () => {
  await shared?.remove();
  unlock();
});

const groups = {
  "refused before anything is changed": refusals,
  "up from nothing": firstUp,
  "what the LAN can reach": reachable,
  "a key with one tool": scopes,
  "the openai package": openai,
  "the users' own programs": ownClients,
  "what operators run": operators,
  "what use leaves behind": traces,
  "changed while it serves": rollout,
  "the life of a key": keyLife,
  "destroyed, killed twice, back again": comeback,
  "failures on the way": failures,
  "the end": farewell,
};
for (const [name, group] of Object.entries(groups))
  describe(name, () => {
    group(deployment);
  });
