import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostScript } from "../../../../components/shell/script.ts";
import { scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

/** @param now where the data is to be */
const script = (now: string): string =>
  hostScript("database/move-database.sh", {
    HOME_NOW: now,
    CONTAINER: "new",
    DB_USER: "u",
    DB_NAME: "d",
    IMAGE: "i",
    OWNER: "1:1",
    DEDICATED: "old",
    DEDICATED_NAME: "litellm",
    DEDICATED_ROLE: "litellm",
    MOVING: "moving",
    FILES: "/etc/gateway",
    VOLUME: "v",
    MOUNTED: "/data",
    KEYRING: "/data/keyring",
  });

describe("move-database.sh", () => {
  const move = (was: string, now: string) => {
    writeFileSync(join(place.path, "log"), "");
    return sh(
      script(now),
      "",
      withDocker(
        place.path,
        `echo "$1 $2 $3 $4" >>'${place.path}/log'; case "$*" in *" cat "*) echo "${was}" ;; esac`,
      ),
    );
  };
  const steps = () => readFileSync(join(place.path, "log"), "utf8").trim().split("\n");
  const shared = (host: string) => `shared ${host} 5432 litellm_db litellm_user postgres-net`;

  it.each([
    ["nowhere", "dedicated"],
    ["dedicated", "dedicated"],
    [shared("a"), shared("a")],
  ])("has nothing to move from %s to %s", (was, now) => {
    expect(move(was, now)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(steps()).toEqual(["exec -i new sh", "exec -i new sh"]);
  });

  it("a move that fails lets sessions write again that were opened while it was frozen", () => {
    const log = join(place.path, "statements");
    const ran = sh(
      script(shared("a")),
      "",
      withDocker(
        place.path,
        `case "$*" in
  *" cat "*) echo dedicated ;;
  "inspect "*) echo true ;;
  *pg_dump*) exit 3 ;;
  *"exec -i new psql"*) echo 0 ;;
  *"exec -i old psql"*) printf '%s\n' "$*" | sed 's/.* -c //' >>'${log}' ;;
esac`,
      ),
    );
    expect(ran).toEqual({
      code: 3,
      stdout: "",
      stderr: "the data stays where it was: dedicated\n",
    });
    const said = readFileSync(log, "utf8").trim().split("\n");
    const close =
      "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'litellm' and pid <> pg_backend_pid()";
    expect(said).toEqual([
      "select 1",
      "alter role litellm set default_transaction_read_only = on",
      close,
      expect.stringContaining("from pg_tables"),
      "alter role litellm reset default_transaction_read_only",
      close,
    ]);
  });

  it("says how to get from one shared server to another, and touches neither", () => {
    expect(move(shared("a"), shared("b"))).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "LiteLLM's data is in the database litellm_db on a:5432, and can be moved from there to a dedicated server only.\n" +
        "     fix: first up with database.mode dedicated, then with this configuration\n",
    });
    expect(steps()).toEqual(["exec -i new sh"]);
  });
});
