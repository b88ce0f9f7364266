import type { RawConfig } from "../../components/config/schema.ts";
import { Deployment } from "../e2e/support/deployment.ts";
import { type LoadResult, load } from "../e2e/support/load.ts";
import { lock, unlock } from "../e2e/support/lock.ts";
import { withSecond } from "../e2e/support/second.ts";

const clients = 20;
const seconds = Number(process.env["LOAD_SECONDS"] ?? 60);
jest.setTimeout(300_000 + seconds * 1000);

/** Twenty clients at once, each with a key of its own: what one may not, none gets. */
describe(`${clients} clients with different keys for ${seconds} s`, () => {
  let stack: Deployment | undefined;
  let result: LoadResult;

  beforeAll(async () => {
    lock();
    stack = await Deployment.create("e2eh-");
    const names = Array.from({ length: clients }, (_, at) => `client-${at + 1}`);
    const keys: RawConfig["keys"] = Object.fromEntries(
      names.map((name, at) => [
        name,
        { connectors: { [at % 2 === 0 ? "postgres" : "second"]: ["list_schemas"] } },
      ]),
    );
    stack.configure({ connectors: await withSecond(stack), keys });
    await stack.up();
    result = await load(stack, names, seconds);
    process.stdout.write(`\n${result.words}\n\n`);
  });
  afterAll(async () => {
    await stack?.remove();
    unlock();
  });

  test("no call crosses its key's scope", () => {
    expect(result.crossed).toEqual([]);
    expect(result.refused).toBeGreaterThan(clients);
  });

  test("every call of its own is answered, and nothing with a 5xx", () => {
    expect(result.statuses).toEqual({ "200": result.own + result.refused });
    expect(result.failed).toEqual([]);
  });

  test("there is one audit line for each call, with its key and its outcome", () => {
    expect(result.audit).toEqual(result.sent);
  });

  test("each client got its turn", () => {
    expect(Object.keys(result.sent)).toHaveLength(clients * 2);
  });
});
