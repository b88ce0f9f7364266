import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseKept } from "../../../../components/keyring/kept-value.ts";
import { hostScript } from "../../../../components/shell/script.ts";
import { execHere, scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

describe("keep-secret.sh", () => {
  const keep = (stdin: string, id = "salt-key") =>
    sh(
      hostScript("keyring/keep-secret.sh", {
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
