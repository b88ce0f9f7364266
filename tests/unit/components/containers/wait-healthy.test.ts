import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostScript } from "../../../../components/shell/script.ts";
import { scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

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
      hostScript("containers/wait-healthy.sh", {
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
      code: 0,
      stdout: "",
      stderr: "",
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
        hostScript("containers/wait-healthy.sh", {
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
