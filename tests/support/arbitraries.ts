import fc from "fast-check";

/** Words that a careless template, YAML or shell would trip over. */
const strange = fc.oneof(
  fc.constantFrom("", " ", "null", "true", "1e3", "- a", "a: b", "#x", "'", '"', "`id`", "$(id)"),
  fc.constantFrom(
    "a\nb",
    "a\0b",
    "os.environ/X",
    "${X}",
    "{{x}}",
    "*",
    "&a",
    "__proto__",
    "toString",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const id = fc.constantFrom("a", "b_1", "notes", "reports", "planets_of_all_kinds");
const keyName = fc.constantFrom("claude-code", "k1", "open_webui", "z");
const modelName = fc.constantFrom("gpt-4o", "gpt-4o-mock", "local/model:7b", "M.1");
/** Marked, so that every place where one turns up can be found. */
const secret = fc
  .stringMatching(/^[A-Za-z0-9'"$ \\#:-]{0,12}$/)
  .map((text) => `SECRET-${text}-END`);

const uri = secret.map((text) => `postgresql://u:${text.replaceAll(/\s/g, "")}@h/d`);
const connector = fc.oneof(
  fc.record({
    use: fc.constant("notes"),
    hostPort: fc.integer({ min: 48000, max: 48300 }),
    inputs: fc.record(
      { greeting: strange.filter((text) => !/[\r\n\0]/.test(text)), token: secret },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    use: fc.constant("postgres"),
    hostPort: fc.integer({ min: 48301, max: 48600 }),
    expose: fc.constantFrom("loopback", "lan"),
    inputs: fc.record({ databaseUri: fc.oneof(uri, fc.constant({ sample: "planets" })) }),
  }),
);
const model = fc.oneof(
  fc.constant({ provider: "mock" }),
  fc.record({
    provider: fc.constant("litellm"),
    model: fc.constantFrom("openai/gpt-4o", "anthropic/x: y"),
    apiKey: secret,
  }),
);

/** Configurations that are mostly right. */
export const plausible: fc.Arbitrary<Record<string, unknown>> = fc
  .record({
    connectors: fc.dictionary(id, connector, { maxKeys: 3 }),
    models: fc.dictionary(modelName, model, { maxKeys: 3 }),
    names: fc.array(keyName, { maxLength: 3 }),
    rotation: fc.constantFrom("1", "summer"),
  })
  .map(({ connectors, models, names, rotation }) => ({
    database: { samples: ["planets"] },
    connectors,
    models,
    keys: Object.fromEntries(
      names.map((name) => [
        name,
        {
          connectors: Object.fromEntries(Object.keys(connectors).map((each) => [each, "*"])),
          models: Object.keys(models),
          rotation,
        },
      ]),
    ),
  }));

interface Mutation {
  readonly kind: "replace" | "add" | "remove" | "rename";
  readonly at: number;
  readonly word: string;
  readonly value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("replace", "add", "remove", "rename"),
  at: fc.nat(1000),
  word: fc.oneof(
    strange,
    fc.constantFrom("gateway", "ssh", "alias", "port", "inputs", "verify", "externalNetworks"),
  ),
  value: fc.oneof(
    strange,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(
      null,
      {},
      [],
      ["a"],
      { a: 1 },
      { sample: "planets" },
      { net: ["edge", "nobody"] },
    ),
  ),
});

type Plain = Record<string, unknown>;

function objectsIn(value: unknown): Plain[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inner : [value as Plain, ...inner];
}

const own = (target: Plain, key: string, value: unknown): void => {
  // As JSON.parse does it: "__proto__" is a key like any other.
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
};

/** Changes one place of a configuration, in place. */
function mutate(raw: Plain, { kind, at, word, value: given }: Mutation): void {
  // A copy: a later mutation may well put the same constant into itself.
  const value = structuredClone(given);
  const objects = objectsIn(raw);
  const target = objects[at % objects.length] ?? raw;
  const keys = Object.keys(target);
  const key = keys[at % Math.max(keys.length, 1)];
  if (kind === "add" || key === undefined) {
    own(target, word, value);
    return;
  }
  const before = target[key];
  if (kind !== "replace") Reflect.deleteProperty(target, key);
  if (kind === "replace") own(target, key, value);
  if (kind === "rename") own(target, word, before);
}

/** Configurations with up to three things wrong, or not. */
export const anyConfig: fc.Arbitrary<Plain> = fc
  .tuple(plausible, fc.array(mutation, { maxLength: 3 }))
  .map(([raw, mutations]) => {
    const copy = structuredClone(raw);
    for (const each of mutations) mutate(copy, each);
    return copy;
  });

/** The same value with every object's keys in another order. */
export function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (typeof value !== "object" || value === null) return value;
  const turn = <T>(list: T[]): T[] => {
    const by = seed % Math.max(list.length, 1);
    const turned = [...list.slice(by), ...list.slice(0, by)];
    return seed % 2 === 0 ? turned : turned.reverse();
  };
  const copy: Plain = {};
  for (const [key, item] of turn(Object.entries(value))) own(copy, key, shuffled(item, seed));
  return copy;
}

/** Every string leaf that was generated as a secret. */
export function secretsIn(value: unknown): string[] {
  if (typeof value === "string") return /SECRET-.*-END/s.exec(value) ?? [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}
