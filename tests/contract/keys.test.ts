import { grantOf } from "../../config/keys/grants.ts";
import { exampleConfig, modelOf } from "../support/config.ts";
import { describeWithDocker } from "../support/docker.ts";
import { asks, said } from "../support/gateway-asks.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { sh } from "../support/shell.ts";

jest.setTimeout(60_000);

const model = modelOf(exampleConfig());
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

describeWithDocker("keys on LiteLLM 1.77.3, by admin.py", () => {
  let gateway: RealGateway;
  beforeAll(async () => {
    // LiteLLM's own word alone: what the guard adds has tests of its own.
    gateway = await realGateway(model, { guard: false });
  }, 240_000);
  afterAll(async () => {
    // Undefined if it never came up; then it has removed itself.
    await (gateway as RealGateway | undefined)?.remove();
  }, 60_000);
  const { ask, models, tools, admin, sql } = asks(() => gateway);

  /** The word with which a key is refused. */
  async function ending(key: string): Promise<unknown> {
    const { error } = (await (await ask("/v1/models", key)).json()) as {
      error?: { type?: string };
    };
    return error?.type;
  }

  const key = { old: `sk-${"a".repeat(40)}`, now: `sk-${"b".repeat(40)}` };
  const none = `sk-${"c".repeat(40)}`;
  const grant = (name: string) => {
    const found = model.keys.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no key ${name}`);
    return { ...grantOf(found, model.connectors), previous: null };
  };

  it("creates a key that sees its connectors and models", async () => {
    expect(admin("access/apply-key.sh", { ...grant("all"), key: key.old })).toEqual(
      said("created"),
    );
    expect(await models(key.old)).toEqual(["gpt-4o-mock"]);
    const seen = await tools(key.old);
    expect(seen).toContain("db-execute_sql");
    expect(seen.filter((tool) => !tool.startsWith("db-"))).toEqual([]);
  });

  it("creates a key for nothing that sees nothing", async () => {
    expect(admin("access/apply-key.sh", { ...grant("nobody"), key: none })).toEqual(
      said("created"),
    );
    expect(await tools(none)).toEqual([]);
    expect(await models(none)).toEqual(["__none__"]);
    const body = { model: "gpt-4o-mock", messages: [{ role: "user", content: "x" }] };
    expect((await ask("/v1/chat/completions", none, body)).status).toBe(401);
  });

  it("updates a key in place", async () => {
    const wanted = { ...grant("all"), models: ["gpt-4o"], servers: ["__none__"], key: key.old };
    expect(admin("access/apply-key.sh", wanted)).toEqual(said("updated"));
    expect(await models(key.old)).toEqual(["gpt-4o"]);
    expect(await tools(key.old)).toEqual([]);
    expect(admin("access/apply-key.sh", { ...grant("all"), key: key.old })).toEqual(
      said("updated"),
    );
    expect((await tools(key.old)).length).toBeGreaterThan(0);
  });

  it("rotates: the old value ends, the new one is there", async () => {
    expect(admin("access/apply-key.sh", { ...grant("all"), key: key.now })).toEqual(
      said("created"),
    );
    expect(await models(key.old)).toBe(401);
    expect(await models(key.now)).toEqual(["gpt-4o-mock"]);
  });

  it("blocks at once and keeps the row; applying again lets the same value in", async () => {
    expect(admin("access/block-key.sh", { ...grant("all"), key: key.now })).toEqual(
      said("blocked"),
    );
    expect(await models(key.now)).toBe(401);
    expect(
      await sql(
        `select key_alias, blocked from "LiteLLM_VerificationToken" where key_alias = 'all'`,
        "-U",
        "postgres",
        "-d",
        "litellm",
      ),
    ).toBe("all|t");
    expect(admin("access/apply-key.sh", { ...grant("all"), key: key.now })).toEqual(
      said("updated"),
    );
    expect(await models(key.now)).toEqual(["gpt-4o-mock"]);
  });

  describe("limits and an end", () => {
    const value = `sk-${"e".repeat(40)}`;
    const row = async (): Promise<Record<string, unknown> | undefined> => {
      const answer = await ask("/key/list?return_full_object=true&key_alias=all", masterKey);
      const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
      return keys[0];
    };
    const shown = ({
      rpm_limit,
      tpm_limit,
      max_budget,
      budget_duration,
    }: Record<string, unknown>) => ({
      rpm_limit,
      tpm_limit,
      max_budget,
      budget_duration,
    });
    const limited = {
      rpm: 120,
      tpm: 90_000,
      budget: { usd: 2.5, per: "30d" },
      expires: Math.floor(Date.now() / 1000) + 3600,
    };

    it.each(["created", "updated"])("are taken when a key is %s", async (word) => {
      expect(admin("access/apply-key.sh", { ...grant("all"), key: value, ...limited })).toEqual(
        said(word),
      );
      const made = (await row()) ?? {};
      expect(shown(made)).toEqual({
        rpm_limit: 120,
        tpm_limit: 90_000,
        max_budget: 2.5,
        budget_duration: "30d",
      });
      expect(Math.abs(Date.parse(String(made["expires"])) / 1000 - limited.expires)).toBeLessThan(
        10,
      );
      expect(await models(value)).toEqual(["gpt-4o-mock"]);
    });

    it("go away again with the configuration's", async () => {
      expect(admin("access/apply-key.sh", { ...grant("all"), key: value })).toEqual(
        said("updated"),
      );
      const made = (await row()) ?? {};
      const { rpm_limit, tpm_limit, max_budget } = shown(made);
      expect([rpm_limit, tpm_limit, max_budget]).toEqual([null, null, null]);
      const years = (Date.parse(String(made["expires"])) - Date.now()) / 31_557_600_000;
      expect(years).toBeGreaterThan(99);
    });

    it("ends a key at its end", async () => {
      const expires = Math.floor(Date.now() / 1000) + 3;
      admin("access/apply-key.sh", { ...grant("all"), key: value, expires });
      expect(await models(value)).toEqual(["gpt-4o-mock"]);
      await sleep(3500);
      expect([await models(value), await ending(value)]).toEqual([400, "expired_key"]);
    });
  });

  describe("a rotation with an overlap", () => {
    const values = ["f", "g", "h"].map((letter) => `sk-${letter.repeat(40)}`);
    const [first = "", second = "", third = ""] = values;
    const apply = (now: string, before: string, seconds: number) =>
      admin("access/apply-key.sh", {
        ...grant("all"),
        key: now,
        previous: { value: before, until: Math.floor(Date.now() / 1000) + seconds },
      });
    const seen = () => Promise.all(values.map((value) => models(value)));
    const mock = ["gpt-4o-mock"];

    it("keeps the old value beside the new one", async () => {
      admin("access/apply-key.sh", { ...grant("all"), key: first });
      expect(await seen()).toEqual([mock, 401, 401]);
      expect(apply(second, first, 600)).toEqual(said("created"));
      expect(await seen()).toEqual([mock, mock, 401]);
      expect((await tools(first)).length).toBeGreaterThan(0);
    });

    it("can be followed by another one: the value before that ends", async () => {
      expect(apply(third, second, 600)).toEqual(said("created"));
      expect(await seen()).toEqual([401, mock, mock]);
    });

    it("blocks both values, and lets both in again", async () => {
      const previous = { value: second, until: Math.floor(Date.now() / 1000) + 600 };
      const wanted = { ...grant("all"), key: third, previous };
      expect(admin("access/block-key.sh", wanted)).toEqual(said("blocked"));
      expect(await seen()).toEqual([401, 401, 401]);
      expect(admin("access/apply-key.sh", wanted)).toEqual(said("updated"));
      expect(await seen()).toEqual([401, mock, mock]);
    });

    it("survives a purge, and a database that has lost both values", async () => {
      expect(admin("access/purge-keys.sh", { names: ["all", "nobody"] })).toEqual(
        said("deleted nothing"),
      );
      expect(await seen()).toEqual([401, mock, mock]);
      const gone = await ask("/key/delete", masterKey, { keys: [second, third] });
      expect(gone.status).toBe(200);
      expect(apply(third, second, 3)).toEqual(said("created"));
      expect(await seen()).toEqual([401, mock, mock]);
    });

    it("ends: then only the new value is left, and the next run forgets the old one", async () => {
      await sleep(3500);
      expect(await seen()).toEqual([401, 400, mock]);
      expect(apply(third, second, -1)).toEqual(said("updated"));
      const aliases = `select string_agg(key_alias, ',') from "LiteLLM_VerificationToken" where key_alias like 'all%'`;
      expect(await sql(aliases, "-U", "postgres", "-d", "litellm")).toBe("all");
      // Back to the value that the tests after this one use.
      expect(admin("access/apply-key.sh", { ...grant("all"), key: key.now })).toEqual(
        said("created"),
      );
    });
  });

  it("purges our keys that are named no more, and blocks what others made, in whatever state", async () => {
    const foreign = `sk-${"d".repeat(40)}`;
    const made = await ask("/key/generate", masterKey, { key: foreign, key_alias: "someone" });
    expect(made.status).toBe(200);
    const table = '"LiteLLM_VerificationToken"';
    const where = ["-U", "postgres", "-d", "litellm"];
    await sql(`insert into ${table} (token, key_alias) values ('by hand', 'hand')`, ...where);
    expect(admin("access/purge-keys.sh", { names: ["all"] })).toEqual(
      said("blocked hand\nblocked someone\ndeleted nobody"),
    );
    expect([await models(none), await models(key.now)]).toEqual([401, ["gpt-4o-mock"]]);
    expect(await sql(`select key_alias from ${table} where blocked order by 1`, ...where)).toBe(
      "hand\nsomeone",
    );
    expect(admin("access/purge-keys.sh", { names: ["all"] })).toEqual(said("deleted nothing"));
  });

  it("writes no key into its log", () => {
    const { stdout, stderr } = sh(`docker logs ${gateway.proxy}`);
    for (const letter of "abcdefgh") expect(stdout + stderr).not.toContain(letter.repeat(40));
  });
});
