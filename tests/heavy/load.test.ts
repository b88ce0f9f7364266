import { manyClients } from "../e2e/groups/load.ts";
import { Deployment } from "../e2e/support/deployment.ts";
import { lock, unlock } from "../e2e/support/lock.ts";

const clients = 20;
const seconds = Number(process.env["LOAD_SECONDS"] ?? 60);
jest.setTimeout(300_000 + seconds * 1000);

describe(`${clients} clients with different keys for ${seconds} s`, () => {
  let stack: Deployment | undefined;

  beforeAll(async () => {
    lock();
    stack = await Deployment.create("e2eh-");
  });
  afterAll(async () => {
    await stack?.remove();
    unlock();
  });

  manyClients(
    () => {
      if (stack === undefined) throw new Error("there is no deployment");
      return stack;
    },
    clients,
    seconds,
  );
});
