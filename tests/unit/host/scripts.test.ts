import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { hostScript } from "../../../components/host/host-script.ts";
import { parseKept } from "../../../components/access/credentials.ts";
import { execHere, scratch, sh, withDocker } from "../../support/shell.ts";

let place: ReturnType<typeof scratch>;
beforeEach(() => {
  place = scratch();
});
afterEach(() => {
  place.remove();
});

describe("keep-secret.sh", () => {
  const keep = (stdin: string, id = "salt-key") =>
    sh(
      hostScript("keep-secret.sh", {
        CONTAINER: "db",
        COPIES: join(place.path, "copies"),
        KEYRING: join(place.path, "ring"),
        NAME: id,
      }),
      stdin,
      withDocker(place.path, execHere),
    );

  it("keeps the first value while its rotation word is the same", () => {
    expect(keep("1 0 sk-first\n")).toEqual({ code: 0, stdout: "sk-first\n", stderr: "" });
    expect(keep("1 0 sk-second\n").stdout).toBe("sk-first\n");
  });

  it("takes the new value with another rotation word, and keeps that", () => {
    keep("1 0 sk-first\n");
    expect(keep("2 0 sk-second\n").stdout).toBe("sk-second\n");
    expect(keep("2 0 sk-third\n").stdout).toBe("sk-second\n");
  });

  describe("with an overlap", () => {
    const clock = () => Math.floor(Date.now() / 1000);
    const pair = (stdout: string) => {
      const [, value, old, until] = /^(\S+)\n(?:(\S+) (\d+)\n)?$/.exec(stdout) ?? [];
      return { value, old, until: Number(until) };
    };

    it("has no value before at first", () => {
      expect(keep("1 60 sk-first\n").stdout).toBe("sk-first\n");
    });

    it("prints the value before and its end, the same at every later run", () => {
      keep("1 60 sk-first\n");
      const from = clock();
      const { stdout } = keep("2 60 sk-second\n");
      const { value, old, until } = pair(stdout);
      expect([value, old]).toEqual(["sk-second", "sk-first"]);
      expect(until).toBeGreaterThanOrEqual(from + 60);
      expect(until).toBeLessThanOrEqual(clock() + 60);
      expect(keep("2 60 sk-third\n").stdout).toBe(stdout);
      // Another overlap is one for the next rotation.
      expect(keep("2 3600 sk-third\n").stdout).toBe(stdout);
    });

    it("has the last value before only, after another rotation", () => {
      keep("1 60 sk-first\n");
      keep("2 60 sk-second\n");
      expect(pair(keep("3 60 sk-third\n").stdout)).toMatchObject({
        value: "sk-third",
        old: "sk-second",
      });
      expect(keep("4 0 sk-fourth\n").stdout).toBe("sk-fourth\n");
    });

    it("takes a keyring from before there were overlaps", () => {
      mkdirSync(join(place.path, "ring"));
      writeFileSync(join(place.path, "ring", "salt-key"), "1 sk-first\n");
      expect(keep("1 60 sk-second\n").stdout).toBe("sk-first\n");
      expect(pair(keep("2 60 sk-second\n").stdout).old).toBe("sk-first");
    });

    it("prints what the program reads", () => {
      keep("1 60 sk-first\n");
      const kept = parseKept(keep("2 60 sk-second\n").stdout);
      expect([kept.value, kept.previous?.value]).toEqual(["sk-second", "sk-first"]);
    });
  });

  it("keeps a copy, and brings the same value back when the volume is lost or edited", () => {
    keep("1 0 sk-first\n");
    const file = join(place.path, "ring", "salt-key");
    const copy = join(place.path, "copies", "salt-key");
    expect(readFileSync(copy, "utf8")).toBe("1 sk-first\n");
    expect((statSync(copy).mode & 0o777).toString(8)).toBe("600");
    for (const damage of [
      () => {
        rmSync(file);
      },
      () => {
        writeFileSync(file, "1 sk-edited\n");
      },
    ]) {
      damage();
      expect(keep("1 0 sk-second\n").stdout).toBe("sk-first\n");
      expect(readFileSync(file, "utf8")).toBe("1 sk-first\n");
    }
    rmSync(file);
    expect(keep("2 0 sk-second\n").stdout).toBe("sk-second\n");
    expect(readFileSync(copy, "utf8")).toBe("2 sk-second\n");
  });

  it("keeps secrets apart by name, each for the owner alone", () => {
    keep("1 0 sk-first\n");
    expect(keep("1 0 sk-other\n", "key-claude").stdout).toBe("sk-other\n");
    const ring = join(place.path, "ring");
    expect(readdirSync(ring).sort()).toEqual(["key-claude", "salt-key"]);
    expect((statSync(ring).mode & 0o777).toString(8)).toBe("700");
    expect((statSync(join(ring, "salt-key")).mode & 0o777).toString(8)).toBe("600");
  });
});

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
    const ran = sh(hostScript("purge-keys.sh", variables), '{"names":["a","c"]}', env);
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
    expect(sh(hostScript("purge-keys.sh", variables), "{}", env).code).toBe(7);
    expect(existsSync(join(ring, "key-a"))).toBe(true);
  });
});

describe("block-key.sh", () => {
  const block = (docker: string) =>
    sh(
      hostScript("block-key.sh", { PROXY: "proxy", DATABASE: "db", NAME: "claude" }),
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

describe("wait-healthy.sh", () => {
  /** Answers `inspect` from lines of states, one a call; the last one stays. */
  const wait = (
    states: readonly string[],
    seconds = 5,
    log = "a log line",
    secrets = "",
    test = "exit 1",
  ) => {
    writeFileSync(join(place.path, "states"), `${states.join("\n")}\n`);
    return sh(
      hostScript("wait-healthy.sh", {
        CONTAINERS: "one two",
        CONTAINER_IDS: "1 2",
        SECONDS_ALLOWED: String(seconds),
        PIDS_LIMIT: "512",
      }),
      secrets,
      withDocker(
        place.path,
        `case $* in
  *Healthcheck.Test*) printf '%s\\n' CMD /bin/sh -c 'a "b" $c' ;;
  exec*) printf '<%s>' "$@" >>'${place.path}/probed'; ${test} ;;
  logs*) printf '%s\\n' '${log}' ;;
  update*) echo "$*" >>'${place.path}/limited'; echo one ;;
  inspect*) head -n 1 '${place.path}/states'
    [ "$(wc -l <'${place.path}/states')" -le 1 ] || sed -i 1d '${place.path}/states' ;;
esac`,
      ),
    );
  };

  it("returns once all are healthy", () => {
    expect(wait(["running 0 0 starting", "running 0 0 healthy"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("limits the processes of each that is healthy, and of none that is not", () => {
    rmSync(join(place.path, "limited"), { force: true });
    expect(wait(["running 0 0 healthy"]).stdout).toBe("");
    wait(["running 0 0 healthy", "exited 0 1 unhealthy"]);
    expect(readFileSync(join(place.path, "limited"), "utf8")).toBe(
      "update --pids-limit 512 one\nupdate --pids-limit 512 two\nupdate --pids-limit 512 one\n",
    );
  });

  it("runs the test itself, word for word, and waits for no probe of Docker's", () => {
    expect(wait(["running 0 0 starting"], 5, "", "", "exit 0")).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
    const words = '</bin/sh><-c><a "b" $c>';
    expect(readFileSync(join(place.path, "probed"), "utf8")).toBe(
      `<exec><one>${words}<exec><two>${words}`,
    );
  });

  it("believes the test and not what Docker saw before", () => {
    expect(wait(["running 0 0 unhealthy"], 5, "", "", "exit 0").code).toBe(0);
  });

  it.each([
    ["running 0 0 unhealthy", "one is unhealthy. "],
    ["exited 0 78 unhealthy", "one is unhealthy. "],
    ["exited 0 78 starting", "one has stopped with exit code 78. "],
    ["restarting 3 1 starting", "one keeps stopping (exit code 1). "],
  ])("gives up at once at %j and shows the log", (state, message) => {
    const ran = wait([state], 60);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe(
      `${message}Its last log lines:\n    a log line\nMore: docker logs one. Then run the same command again: what is done stays done.\n`,
    );
  });

  it("gives up when the time is over, saying what it waited for", () => {
    const ran = wait(["running 0 0 healthy", "running 0 0 starting"], 1);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("two was not healthy within 1 s (now starting). ");
  });

  it("masks secrets in the log, however often and whatever is in them", () => {
    const log = "key example*secret[1] and example*secret[1]; postgresql://u:example-2@h end";
    const ran = wait(["exited 0 1 starting"], 5, log, "example*secret[1]\n\nexample-2\nend");
    expect(ran.stderr).toContain("    key [secret] and [secret]; postgresql://u:[secret]@h end\n");
  });

  it("says so when a container is not there", () => {
    expect(
      sh(
        hostScript("wait-healthy.sh", {
          CONTAINERS: "x",
          CONTAINER_IDS: "",
          SECONDS_ALLOWED: "5",
          PIDS_LIMIT: "1",
        }),
        "",
        withDocker(place.path, "exit 1"),
      ).code,
    ).not.toBe(0);
  });
});

const scripts = [
  ...readdirSync("components/host/scripts").map((file) => join("components/host/scripts", file)),
  "components/litellm/files/entrypoint.sh",
];

it.each(scripts)("%s is POSIX shell", (file) => {
  expect(spawnSync("/bin/sh", ["-n", file]).status).toBe(0);
});

const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
(shellcheck ? it : it.skip)("shellcheck finds nothing (skipped if it is not installed)", () => {
  // Variables come from the line that hostScript puts in front (SC2154).
  const ran = spawnSync("shellcheck", ["-s", "sh", "-e", "SC2154", ...scripts], {
    encoding: "utf8",
  });
  expect(ran.stdout).toBe("");
});
