import type { Deployment } from "../support/deployment.ts";
import { names } from "../support/docker.ts";
import { deployedFiles } from "./comeback.ts";
import { identities } from "./first-up.ts";

/** With `destroyData` applied, `destroy` takes the data along. */
export function farewell(deployment: () => Deployment): void {
  test("destroyData is applied without touching a container", async () => {
    const stack = deployment();
    const before = await identities(stack);
    const { database } = stack.initialConfig();
    stack.configure({ database: { ...database, destroyData: true } });
    await stack.up();
    expect(await identities(stack)).toEqual(before);
  });

  test("destroy then leaves nothing at all", async () => {
    const stack = deployment();
    await stack.destroy();
    expect(await names("container", stack.prefix)).toEqual([]);
    expect(await names("network", stack.prefix)).toEqual([]);
    expect(await names("volume", stack.prefix)).toEqual([]);
    expect(deployedFiles(stack)).toEqual([]);
  });
}
