import type { RawConfig } from "../../../config/schema.ts";
import type { Deployment } from "../support/deployment.ts";
import { type LoadResult, load } from "../support/load.ts";
import { withSecond } from "../support/second.ts";

/** Clients at once, each with a key of its own: what one may not, none gets. */
export function manyClients(deployment: () => Deployment, clients: number, seconds: number): void {
  let result: LoadResult;

  beforeAll(async () => {
    const stack = deployment();
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

  test("no call crosses its key's scope", () => {
    expect(result.crossed).toEqual([]);
    expect(result.refused).toBeGreaterThanOrEqual(clients);
  });

  test("every call of its own is answered, and nothing with a 5xx", () => {
    expect(result.failed).toEqual([]);
    expect(result.statuses).toEqual({ "200": result.own + result.refused });
  });

  test("there is one audit line for each call, with its key and its outcome", () => {
    expect(result.audit).toEqual(result.sent);
  });

  test("each client has called its own tool and been refused the other", () => {
    expect(Object.keys(result.sent)).toHaveLength(clients * 2);
  });
}
