import fc from "fast-check";
import { parse } from "yaml";
import { sampleSql } from "../../components/database/sample-data.ts";
import { setupSql } from "../../components/database/setup-sql.ts";
import { connectorPorts } from "../../components/edge/edge-model.ts";
import { haproxyConfig } from "../../components/edge/haproxy-config.ts";
import { litellmConfig } from "../../components/litellm/config-file.ts";
import { proxyEnvFile } from "../../components/litellm/secrets.ts";
import { verificationPlan } from "../../components/verification/plan.ts";
import { accessMatrix, grantOf } from "../../config/keys/grants.ts";
import type { GatewayModel } from "../../config/model.ts";
import { renderProblems } from "../../config/problems.ts";
import { anyConfig, plausible, secretsIn, shuffled } from "../support/arbitraries.ts";
import { lock, parseRaw } from "../support/config.ts";

const runs = { numRuns: 600 };
const values = {
  masterKey: "m",
  saltKey: "s",
  databaseUrl: "d",
  adminSecret: "t",
  relaySecret: "r",
};

/** Everything that is rendered from a model and is readable by others. */
function plainFiles(model: GatewayModel): Record<string, string> {
  return {
    "config.yaml": litellmConfig(model),
    "haproxy.cfg": haproxyConfig({
      ...model,
      upstream: "proxy",
      ports: connectorPorts(model.connectors),
    }),
    access: JSON.stringify(accessMatrix(model)),
    grants: JSON.stringify(model.keys.map((key) => grantOf(key, model.connectors))),
    plan: JSON.stringify(verificationPlan(model, {}, "proxy", [])),
    model: JSON.stringify(model),
  };
}

it("either takes a configuration or names path and fix of every problem; it never throws", () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(anyConfig, (raw) => {
      const result = parseRaw(raw);
      seen[result.ok ? "accepted" : "refused"] += 1;
      if (result.ok) return;
      expect(result.problems.length).toBeGreaterThan(0);
      for (const problem of result.problems) {
        expect(problem.path.length).toBeGreaterThan(0);
        expect(problem.message).toMatch(/^[^.]+/);
        expect(problem.fix).toMatch(
          /^pulumi config (rm|set|set --secret) --path 'mcp-gateway:[\s\S]+/,
        );
      }
      expect(renderProblems(result.problems, "test")).toContain("nothing was changed");
    }),
    runs,
  );
  // Otherwise the generator has gone astray and the properties say nothing.
  expect(seen.accepted).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(50);
});

it("renders what it accepts: readable by a parser, without a secret, in one way only", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(plausible, anyConfig), fc.nat(20), (raw, seed) => {
      const result = parseRaw(raw);
      if (!result.ok) return;
      accepted += 1;
      const files = plainFiles(result.model);
      const config = parse(files["config.yaml"] ?? "") as Record<string, object>;
      expect(Object.keys(config["mcp_servers"] ?? {})).toHaveLength(result.model.connectors.length);
      expect(config["model_list"]).toHaveLength(result.model.models.length);
      for (const secret of secretsIn(raw))
        for (const [name, text] of Object.entries(files))
          expect([name, text.includes(secret)]).toEqual([name, false]);
      expect(() => proxyEnvFile(values, result.model.models)).not.toThrow();

      const again = parseRaw(shuffled(raw, seed));
      if (!again.ok) throw new Error("the order of keys made a difference");
      expect(plainFiles(again.model)).toEqual(files);
      expect(proxyEnvFile(values, again.model.models)).toBe(
        proxyEnvFile(values, result.model.models),
      );
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

it("gives every accepted key a grant that is never empty: empty would mean everything", () => {
  fc.assert(
    fc.property(anyConfig, (raw) => {
      const result = parseRaw(raw);
      if (!result.ok) return;
      const ids = result.model.connectors.map((connector) => connector.serverId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const key of result.model.keys) {
        const { servers, models } = grantOf(key, result.model.connectors);
        expect(servers.length).toBeGreaterThan(0);
        expect(models.length).toBeGreaterThan(0);
        for (const server of servers) expect(["__none__", ...ids]).toContain(server);
      }
    }),
    runs,
  );
});

it("gives a key the union of its scopes, within the lock, and nothing else", () => {
  const ids = ["a", "b", "c"];
  type Scope = Record<string, "*" | string[]>;
  const known = Object.keys(lock.connectors["notes"]?.tools ?? {});
  const scope: fc.Arbitrary<Scope> = fc.dictionary(
    fc.constantFrom(...ids),
    fc.oneof(fc.constant("*" as const), fc.subarray(known, { minLength: 1 })),
  );
  const groups = fc.dictionary(fc.constantFrom("g", "h"), scope);
  const row = fc.record({ connectors: scope, groups: fc.subarray(["g", "h"]) });
  const some = fc.subarray(known, { minLength: 1 });
  fc.assert(
    fc.property(
      groups,
      fc.dictionary(fc.constantFrom("k", "l"), row),
      some,
      (made, keys, locked) => {
        const accessGroups: Record<string, Scope> = { g: {}, h: {}, ...made };
        const raw = {
          connectors: Object.fromEntries(
            ids.map((id, at) => [id, { use: "notes", alias: `the_${id}`, hostPort: 48100 + at }]),
          ),
          accessGroups: Object.fromEntries(
            Object.entries(accessGroups).map(([name, connectors]) => [name, { connectors }]),
          ),
          keys,
        };
        const all = lock.connectors["notes"] ?? { image: "", tools: {} };
        const tools = Object.fromEntries(
          Object.entries(all.tools).filter(([name]) => locked.includes(name)),
        );
        const connectors = { ...lock.connectors, notes: { ...all, tools } };
        const result = parseRaw(raw, {}, { version: 1, connectors });
        const scopesOf = ({ connectors: own, groups: used }: (typeof keys)[string]) => [
          own,
          ...used.map((group) => accessGroups[group] ?? {}),
        ];
        const named = [
          ...Object.values(keys).map((key) => key.connectors),
          ...Object.values(accessGroups),
        ]
          .flatMap((each) => Object.values(each))
          .flatMap((each) => (each === "*" ? [] : each));
        expect(result.ok).toBe(named.every((tool) => locked.includes(tool)));
        if (!result.ok) return;
        const expected = Object.fromEntries(
          Object.entries(keys).map(([name, key]) => [
            name,
            Object.fromEntries(
              ids
                .filter((id) => scopesOf(key).some((each) => id in each))
                .map((id) => [
                  `the_${id}`,
                  locked
                    .filter((tool) =>
                      scopesOf(key).some((each) => each[id] === "*" || each[id]?.includes(tool)),
                    )
                    .sort(),
                ]),
            ),
          ]),
        );
        expect(accessMatrix(result.model)).toEqual(expected);
      },
    ),
    runs,
  );
});

it("never shows a secret in its problems, at whatever place of a connector or model it is wrong", () => {
  const misplaced = fc.oneof(
    fc.constant((uri: string) => ({ use: "postgres", inputs: { databaseUri: [uri] } })),
    fc.constant((uri: string) => ({ use: "postgres", inputs: { databaseUri: { sample: uri } } })),
    fc.constant((uri: string) => ({ use: "postgres", inputs: { [uri.slice(0, 4)]: uri } })),
    fc.constant((uri: string) => ({ use: "postgres", inputs: uri })),
    fc.constant((uri: string) => ({ use: "notes", hostPort: 0, inputs: { token: `${uri}\n` } })),
  );
  fc.assert(
    fc.property(misplaced, fc.stringMatching(/^[a-z]{6,12}$/), (make, word) => {
      const uri = `mysql://u:SECRET-${word}-END@h`;
      const result = parseRaw({
        connectors: { a: make(uri) },
        models: { m: { provider: "litellm", model: "a/b", apiKey: { key: uri } } },
      });
      if (result.ok) throw new Error("accepted");
      expect(renderProblems(result.problems, "test")).not.toContain(word);
    }),
    { numRuns: 500 },
  );
});

/** SQL with its literals and quoted names blanked, as a lexer finds them. */
const unquoted = (sql: string): string =>
  sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (word) => `${word[0] ?? ""}...`);

it("quotes every word in SQL, so that no password ends its statement", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (password, role) => {
      expect(unquoted(setupSql(password))).toBe(unquoted(setupSql("p")));
      expect(unquoted(sampleSql(role, password, []))).toBe(unquoted(sampleSql("r", "p", [])));
    }),
    runs,
  );
});
