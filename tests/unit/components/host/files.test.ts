import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentHash } from "../../../../components/host/files.ts";
import { hostScript } from "../../../../components/shell/script.ts";
import { scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

const own = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
const line = (name: string, mode: string, content: string, owner = own): string =>
  `${name} ${mode} ${owner} ${Buffer.from(content).toString("base64")}\n`;
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
const write = (directory: string, stdin: string, mode = "700", env?: NodeJS.ProcessEnv) =>
  sh(
    hostScript("host/write-files.sh", {
      DIRECTORY: directory,
      DIRECTORY_MODE: mode,
      IMAGE: "image",
    }),
    stdin,
    env,
  );
const remove = (directory: string, names: string) =>
  sh(hostScript("host/remove-files.sh", { DIRECTORY: directory, NAMES: names }));

it("writes files with their modes, whatever the umask is", () => {
  const directory = join(place.path, "a b", "secrets");
  const content = "line 1\n'quoted' $HOME\0ü\n";
  const ran = sh(
    `umask 000\n${hostScript("host/write-files.sh", { DIRECTORY: directory, DIRECTORY_MODE: "700", IMAGE: "i" })}`,
    line("secret.env", "600", content) + line("config.yaml", "644", ""),
  );
  expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(directory, "secret.env"), "utf8")).toBe(content);
  expect(readFileSync(join(directory, "config.yaml"), "utf8")).toBe("");
  expect(modeOf(join(directory, "secret.env"))).toBe("600");
  expect(modeOf(join(directory, "config.yaml"))).toBe("644");
  expect(modeOf(directory)).toBe("700");
  expect(modeOf(join(place.path, "a b"))).toBe("700");
});

it("replaces a file by a new one: a reader of the old one keeps all of it", () => {
  write(place.path, line("f", "600", "old"));
  const before = statSync(join(place.path, "f")).ino;
  const ran = sh(
    `exec 9<'${join(place.path, "f")}'\n(${hostScript("host/write-files.sh", { DIRECTORY: place.path, DIRECTORY_MODE: "700", IMAGE: "i" })})\ncat <&9`,
    line("f", "644", "new"),
  );
  expect(ran.stdout).toBe("old");
  expect(readFileSync(join(place.path, "f"), "utf8")).toBe("new");
  expect(modeOf(join(place.path, "f"))).toBe("644");
  expect(statSync(join(place.path, "f")).ino).not.toBe(before);
  expect(readdirSync(place.path)).toEqual(["f"]);
});

it("fails on content that is no base64 and leaves the old file as it was", () => {
  write(place.path, line("f", "600", "old"));
  const ran = write(place.path, `f 600 ${own} !!!\n`);
  expect(ran.code).not.toBe(0);
  expect(readFileSync(join(place.path, "f"), "utf8")).toBe("old");
});

it("asks the engine for another owner when it is not root, with two capabilities", () => {
  const log = join(place.path, "log");
  const bin = join(place.path, "bin");
  mkdirSync(bin);
  const env = withDocker(bin, `echo "$@" >>'${log}'`);
  writeFileSync(join(bin, "id"), "#!/bin/sh\necho 1234\n", { mode: 0o755 });
  const directory = join(place.path, "d");
  expect(
    write(
      directory,
      line("f", "600", "x", "70:70") + line("g", "600", "y", "1234:1234"),
      "700",
      env,
    ).code,
  ).toBe(0);
  // The shell's number: two may write into one directory at the same time.
  expect(readFileSync(log, "utf8").replace(/\.f\.\d+\.new/, ".f.N.new")).toBe(
    `run --rm --network none --user 0:0 --cap-drop ALL --cap-add CHOWN --cap-add DAC_READ_SEARCH --mount type=bind,source=${directory},target=/target --entrypoint chown image 70:70 /target/.f.N.new\n`,
  );
  expect(readdirSync(directory)).toEqual(["f", "g"]);
});

it("removes its files, and directories that nobody else uses", () => {
  const directory = join(place.path, "edge", "0123456789ab");
  write(directory, line("a", "644", "1") + line("b", "644", "2"));
  expect(remove(directory, "a b")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(existsSync(join(place.path, "edge"))).toBe(false);
  expect(existsSync(place.path)).toBe(true);
});

it("leaves what it did not write, and is content with what is gone", () => {
  const directory = join(place.path, "edge", "0123456789ab");
  write(directory, line("a", "644", "1"));
  writeFileSync(join(directory, "mine"), "");
  expect(remove(directory, "a gone").code).toBe(0);
  expect(readdirSync(directory)).toEqual(["mine"]);
  expect(remove(join(place.path, "never", "was"), "a").code).toBe(0);
});

it("names a directory after names and contents, and nothing else", () => {
  const files = [
    { name: "a", content: "1" },
    { name: "b", content: "2" },
  ];
  expect(contentHash(files)).toBe(
    execFileSync("/bin/sh", ["-c", "printf 'a\\0001\\000b\\0002\\000' | sha256sum | cut -c1-12"])
      .toString()
      .trim(),
  );
  const others = [
    [{ name: "a", content: "12" }],
    [{ name: "a1", content: "" }],
    [{ name: "a", content: "1" }],
    [...files].reverse(),
  ];
  expect(new Set([files, ...others].map(contentHash)).size).toBe(5);
});
