import { bridge } from "./groups/bridge.ts";
import { catalogue } from "./groups/catalogue.ts";
import { egress } from "./groups/egress.ts";
import { CatalogueStack } from "./support/catalogue-stack.ts";

jest.setTimeout(240_000);

/** A stack with every entry of the catalogue but the one that the other suite has. */
let shared: CatalogueStack | undefined;
const stack = (): CatalogueStack => {
  if (shared === undefined) throw new Error("there is no stack");
  return shared;
};

beforeAll(async () => {
  shared = await CatalogueStack.create("e2ec-");
});

afterAll(async () => {
  await shared?.remove();
});

const groups = {
  "every entry, deployed and called": catalogue,
  "what the connectors reach": egress,
  "a stdio server behind the bridge": bridge,
};
for (const [name, group] of Object.entries(groups))
  describe(name, () => {
    group(stack);
  });
