import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostScript } from "../../../../components/shell/script.ts";
import { execHere, scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

describe("purge-keys.sh", () => {
  it("has LiteLLM purge, then forgets the kept values of keys that are gone and of no other", () => {
    const ring = join(place.path, "ring");
    const log = join(place.path, "stdin");
    mkdirSync(ring);
    for (const name of ["key-a", "key-b", "key-a-b", "master-key", "salt-key"])
      writeFileSync(join(ring, name), "");
    const env = withDocker(
      place.path,
      `case "$3 $5" in "db -c") exit ;; "proxy "*) echo "$@" >'${log}'; cat >>'${log}'; exit ;; esac\n${execHere}`,
    );
    const variables = { PROXY: "proxy", DATABASE: "db", KEYRING: ring, NAMES: "a c" };
    const ran = sh(hostScript("access/purge-keys.sh", variables), '{"names":["a","c"]}', env);
    expect(ran.code).toBe(0);
    expect(readFileSync(log, "utf8")).toBe(
      'exec -i proxy python3 /etc/mcp-gateway/admin.py purge\n{"names":["a","c"]}',
    );
    expect(readdirSync(ring).sort()).toEqual(["key-a", "master-key", "salt-key"]);
  });

  it("fails, and forgets nothing, if LiteLLM did not purge", () => {
    const ring = join(place.path, "ring");
    mkdirSync(ring);
    writeFileSync(join(ring, "key-a"), "");
    const env = withDocker(place.path, "exit 7");
    const variables = { PROXY: "proxy", DATABASE: "db", KEYRING: ring, NAMES: "" };
    expect(sh(hostScript("access/purge-keys.sh", variables), "{}", env).code).toBe(7);
    expect(existsSync(join(ring, "key-a"))).toBe(true);
  });
});

describe("block-key.sh", () => {
  const block = (docker: string) =>
    sh(
      hostScript("access/block-key.sh", { PROXY: "proxy", DATABASE: "db", NAME: "claude" }),
      '{"key":"sk-example"}',
      withDocker(place.path, docker),
    );
  const log = () => readFileSync(join(place.path, "log"), "utf8");

  it("asks LiteLLM, and does not touch the database then", () => {
    const ran = block(
      `case $1 in inspect) echo true ;; exec) echo "$@" >>'${place.path}/log'; cat >>'${place.path}/log' ;; esac`,
    );
    expect(ran.code).toBe(0);
    expect(log()).toBe(
      'exec -i proxy python3 /etc/mcp-gateway/admin.py block\n{"key":"sk-example"}',
    );
  });

  it.each([
    ["does not run", "echo false"],
    ["is gone", "exit 1"],
    ["does not answer", "echo true"],
  ])("blocks in the database when the proxy %s", (_, inspect) => {
    const ran = block(
      `case "$1 $3" in inspect*) ${inspect} ;; "exec proxy") exit 1 ;; exec*) echo "$@" >>'${place.path}/log'; cat >>'${place.path}/log' ;; esac`,
    );
    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe("the proxy did not answer: claude is blocked in the database\n");
    expect(log()).toBe(
      `exec -i db sh -c exec psql -U "\${PGUSER:-postgres}" -d "\${PGDATABASE:-litellm}" "$@" psql -q -v ON_ERROR_STOP=1 -v name=claude\n` +
        `update "LiteLLM_VerificationToken" set blocked = true where key_alias in (:'name', :'name' || '.previous');\n`,
    );
  });
});
