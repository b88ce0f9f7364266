/** The small parts of the docker stand-in: spans, references, archives, and the way to a daemon. */
import { execFileSync } from "node:child_process";
import { pullReference, repoDigest } from "../plugins/docker/image.ts";
import { clientConfig } from "../plugins/docker/package.ts";
import { sshArguments } from "../plugins/docker/ssh.ts";
import { uploadArchive } from "../plugins/docker/tar.ts";
import { formatDuration, isDuration, parseDuration } from "../plugins/schema/duration.ts";

test.each([
  ["0s", 0, "0s"],
  ["60s", 60e9, "1m0s"],
  ["1m30s", 90e9, "1m30s"],
  ["1h", 3600e9, "1h0m0s"],
  ["500ms", 0.5e9, "500ms"],
  ["1.5s", 1.5e9, "1.5s"],
  ["10us", 1e4, "10µs"],
  ["5ns", 5, "5ns"],
])("the span %s is %d ns and comes back as %s", (text, nanoseconds, printed) => {
  expect(isDuration(text)).toBe(true);
  expect(parseDuration(text)).toBe(nanoseconds);
  expect(formatDuration(nanoseconds)).toBe(printed);
});

test.each(["30", "-1s", "1 s", "", "1d"])("%j is no span", (text) => {
  expect(isDuration(text)).toBe(false);
});

test.each([
  ["nginx", { fromImage: "nginx", tag: "latest" }],
  ["nginx:1", { fromImage: "nginx", tag: "1" }],
  ["h:5000/a/b", { fromImage: "h:5000/a/b", tag: "latest" }],
  ["h:5000/a/b:1@sha256:d", { fromImage: "h:5000/a/b", tag: "sha256:d" }],
])("%s is pulled as %j", (name, expected) => {
  expect(pullReference(name)).toEqual(expected);
});

test("the digest of the name's own repository is preferred", () => {
  const image = { Id: "x", RepoDigests: ["other@sha256:1", "h:5000/a@sha256:2"] };
  expect(repoDigest("h:5000/a:1", image)).toBe("h:5000/a@sha256:2");
  expect(repoDigest("elsewhere", image)).toBe("other@sha256:1");
  expect(repoDigest("local:1", { Id: "x" })).toBe("");
});

function upload(given: object): string {
  const archive = uploadArchive({ file: "/etc/app/conf", executable: false, ...given });
  const list = execFileSync("tar", ["-tvf", "-"], {
    input: archive,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const content = execFileSync("tar", ["-xOf", "-"], {
    input: archive,
    stdio: ["pipe", "pipe", "ignore"],
  });
  return `${list.toString().split(" ")[0] ?? ""} ${content.toString()}`;
}

test("an upload is an archive that tar can read", () => {
  expect(upload({ content: "grüezi" })).toBe("-rw-r--r-- grüezi");
  expect(upload({ contentBase64: "aGk=", executable: true })).toBe("-rwxr--r-- hi");
  expect(upload({ content: "x".repeat(512), permissions: "0600" })).toBe(
    `-rw------- ${"x".repeat(512)}`,
  );
  expect(() => upload({ content: "" })).toThrow("one of 'content'");
  expect(() => upload({ content: "a", contentBase64: "Yg==" })).toThrow("only one of 'content'");
  expect(() => upload({ content: "a", file: `/${"x".repeat(100)}` })).toThrow("up to 100 bytes");
});

test("ssh is called as the Docker CLI calls it", () => {
  const options = ["-F", "/config", "-i", "/key", "-p", "2222", "-o", "StrictHostKeyChecking=yes"];
  expect(sshArguments("ssh://me@host:22", [...options, "-oUserKnownHostsFile=/known"])).toEqual([
    "-o",
    "ConnectTimeout=30",
    "-T",
    ...options,
    "-oUserKnownHostsFile=/known",
    "-l",
    "me",
    "-p",
    "22",
    "--",
    "host",
    "docker",
    "system",
    "dial-stdio",
  ]);
  expect(sshArguments("ssh://host/run/d.sock", ["-o", "ConnectTimeout=3"])).toEqual([
    "-T",
    "-o",
    "ConnectTimeout=3",
    "--",
    "host",
    "docker",
    "--host",
    "unix:///run/d.sock",
    "system",
    "dial-stdio",
  ]);
});

test.each([
  [["-o", "ProxyJump=b"], "sshOpts: -o ProxyJump: this stand-in does not implement it"],
  [["-A"], "sshOpts: -A: this stand-in does not implement it"],
  [["-p"], "sshOpts: -p: this stand-in does not implement it"],
])("the ssh options %j are refused", (options, message) => {
  expect(() => sshArguments("ssh://host", options)).toThrow(message);
});

test("a password in the host is refused", () => {
  expect(() => sshArguments("ssh://me:secret@host", [])).toThrow(
    "plain-text password is not supported",
  );
});

test("the daemon's address: the program's, else the environment's, else the local socket", () => {
  const env = { DOCKER_HOST: "ssh://env", DOCKER_SSH_OPTS: "-p 22" };
  expect(clientConfig({ host: "unix:///x", sshOpts: [] }, env)).toEqual({
    host: "unix:///x",
    sshOpts: [],
    unchecked: false,
  });
  expect(clientConfig({}, env)).toMatchObject({ host: "ssh://env", sshOpts: ["-p", "22"] });
  expect(clientConfig({}, {})).toMatchObject({ host: "unix:///var/run/docker.sock", sshOpts: [] });
});
