import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseApplied } from "../../../../components/drift/applied-facts.ts";
import { appliedBy, decideAll, driftAmong } from "../../../../components/drift/decisions.ts";
import { forgotten, lookBack, noted } from "../../../../components/drift/notes.ts";
import { scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

const config = (): string => join(place.path, "config");
const note = (revision = "w1") => ({
  applied: join(config(), ".applied"),
  id: "some-files",
  revision,
  files: { directory: join(place.path, "a b"), names: ["one", "two"] },
});

/** Two files, noted. */
function apply(): void {
  const [one, two] = note().files.names.map((name) => join(note().files.directory, name));
  mkdirSync(note().files.directory);
  const ran = sh(
    noted(`cat >'${one ?? ""}'\necho 2 >'${two ?? ""}'\necho said\nexit 0\n`, note()),
    "1\n",
  );
  expect(ran).toEqual({ code: 0, stdout: "said\n", stderr: "" });
}

/** The host as look.sh reads it, without a Docker engine. */
const looked = () =>
  parseApplied(
    sh(
      `${lookBack({ directories: { config: config(), secrets: "" } }, "mcp-litellm-postgres")}look\n`,
      "",
      withDocker(place.path, "exit 1"),
    ).stdout,
  );
/** The revision of the files, and what has drifted. */
function decided() {
  const look = { facts: looked(), fresh: "fresh" };
  const decisions = decideAll(look, [
    { thing: { kind: "files", id: "some-files", what: "files" } },
  ]);
  return { revision: appliedBy(decisions)[0]?.revision, drift: driftAmong(decisions) };
}

it("reads back the word under which files were applied, whatever their directory is called", () => {
  apply();
  expect(decided()).toEqual({ revision: "w1", drift: [] });
});

it("lets nobody else see the notes", () => {
  apply();
  expect(statSync(note().applied).mode & 0o777).toBe(0o700);
  expect(statSync(join(note().applied, "some-files")).mode & 0o777).toBe(0o600);
});

it.each([
  [
    "edited",
    () => {
      writeFileSync(join(note().files.directory, "one"), "x");
    },
    "one was edited",
  ],
  [
    "removed",
    () => {
      rmSync(join(note().files.directory, "two"));
    },
    "two is gone",
  ],
  [
    "opened to all",
    () => {
      chmodSync(join(note().files.directory, "one"), 0o777);
    },
    "one has mode 777, not 644",
  ],
])("sees a file that was %s", (_, change, reason) => {
  chmodSync(place.path, 0o755);
  apply();
  chmodSync(join(note().files.directory, "one"), 0o644);
  sh(noted("true\n", note()));
  expect(decided().drift).toEqual([]);
  change();
  const { revision, drift } = decided();
  expect(revision).not.toBe("w1");
  expect(drift).toEqual([{ what: "files", reason }]);
});

it("writes no note, and keeps the earlier one, when the script fails", () => {
  apply();
  const before = readFileSync(join(note().applied, "some-files"), "utf8");
  expect(sh(noted("exit 7\n", note("w2"))).code).toBe(7);
  expect(sh(noted("set -e\nfalse\ntrue\n", note("w2"))).code).toBe(1);
  expect(readFileSync(join(note().applied, "some-files"), "utf8")).toBe(before);
});

it("leaves the note to a run that began later, whichever of the two ends first", () => {
  mkdirSync(note().files.directory);
  const written = () => readFileSync(join(note().applied, "some-files"), "utf8").split("\n", 1)[0];
  const inside = noted("true\n", note("later"));
  // The later run begins and ends while the earlier one is at work.
  expect(sh(noted(`sh <<'LATER'\n${inside}LATER\n`, note("earlier"))).code).toBe(0);
  expect(written()).toBe("later");
  // The earlier run ends while the later one is at work.
  const go = join(place.path, "go");
  const claim = join(note().applied, ".some-files.claim");
  rmSync(claim);
  const earlier = noted(`until [ -e '${go}' ]; do sleep 0.02; done\n`, note("earlier"));
  const ended = 'while kill -0 "$EARLIER" 2>/dev/null; do sleep 0.02; done';
  const later = noted(`touch '${go}'\n${ended}\n`, note("latest"));
  const both = `(${earlier}) &\nEARLIER=$!\nuntil [ -s '${claim}' ]; do sleep 0.02; done\n${later}`;
  expect(sh(both).code).toBe(0);
  expect(written()).toBe("latest");
});

it("takes its note away, with the directories that are empty then", () => {
  apply();
  writeFileSync(join(note().applied, "other"), "");
  expect(sh(forgotten("exit 3\n", note())).code).toBe(3);
  expect(existsSync(join(note().applied, "some-files"))).toBe(true);
  expect(sh(forgotten("exit 0\n", note())).code).toBe(0);
  expect(existsSync(join(note().applied, "some-files"))).toBe(false);
  expect(existsSync(join(note().applied, "other"))).toBe(true);
  rmSync(join(note().applied, "other"));
  expect(sh(forgotten("true\n", note())).code).toBe(0);
  expect(existsSync(config())).toBe(false);
});
