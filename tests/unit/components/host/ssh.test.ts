import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPrepared, prepareSsh, sshConfig, sshOptions } from "../../../../components/host/ssh.ts";
import type { SshHost } from "../../../../config/host/model.ts";

const host: SshHost = {
  kind: "ssh",
  url: "ssh://me@server.test:2222",
  user: "me",
  host: "server.test",
  port: 2222,
};
const hostKey = "ssh-ed25519 AAAA";
const directory = ".gateway/ssh/me@server.test:2222";
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ssh-"));
});

/** What the real ssh makes of the file. */
function settings(trust: { hostKey: string; privateKeyFile?: string }): Record<string, string> {
  prepareSsh(host, trust, root);
  const ran = spawnSync("ssh", ["-T", "-G", ...sshOptions(host), host.host], {
    cwd: root,
    encoding: "utf8",
  });
  expect(ran.stderr).toBe("");
  return Object.fromEntries(
    ran.stdout.split("\n").map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return [name, rest.join(" ")];
    }),
  );
}

it("pins the host key, whatever the host is called, and asks nobody", () => {
  expect(settings({ hostKey })).toMatchObject({
    stricthostkeychecking: "true",
    hostkeyalias: "mcp-gateway",
    userknownhostsfile: join(root, directory, "known_hosts"),
    globalknownhostsfile: "/dev/null",
    batchmode: "yes",
    user: "me",
    port: "2222",
    controlmaster: "auto",
    controlpath: `${directory}/mux`,
    identitiesonly: "no",
  });
  expect(readFileSync(join(root, directory, "known_hosts"), "utf8")).toBe(
    "mcp-gateway ssh-ed25519 AAAA\n",
  );
});

it("offers the configured key and no other, by a link", () => {
  const made = settings({ hostKey, privateKeyFile: "keys/id" });
  const identity = join(root, directory, "identity");
  expect([made["identitiesonly"], made["identityfile"]]).toEqual(["yes", identity]);
  expect(readlinkSync(identity)).toBe(join(root, "keys/id"));
});

it("is private, and the same options for every key", () => {
  const before = sshOptions(host);
  prepareSsh(host, { hostKey, privateKeyFile: "/keys/old" }, root);
  prepareSsh(host, { hostKey: "ssh-ed25519 BBBB", privateKeyFile: "/keys/new" }, root);
  expect(sshOptions(host)).toEqual(before);
  expect(before).toEqual(["-F", `${directory}/config`]);
  expect(readlinkSync(join(root, directory, "identity"))).toBe("/keys/new");
  expect(statSync(join(root, directory)).mode & 0o777).toBe(0o700);
  prepareSsh(host, { hostKey }, root);
  expect(lstatSync(join(root, directory, "identity"), { throwIfNoEntry: false })).toBeUndefined();
});

it("writes nothing when all is as it should be", () => {
  expect(isPrepared(host, root)).toBe(false);
  prepareSsh(host, { hostKey }, root);
  expect(isPrepared(host, root)).toBe(true);
  const file = join(root, directory, "config");
  const before = statSync(file).mtimeMs;
  prepareSsh(host, { hostKey }, root);
  expect(statSync(file).mtimeMs).toBe(before);
  writeFileSync(file, "edited");
  prepareSsh(host, { hostKey }, root);
  expect(readFileSync(file, "utf8")).toBe(sshConfig(host, { hostKey }, root));
});

it("does without a shared connection where its socket's path would be too long", () => {
  const far = { ...host, host: `${"a".repeat(80)}.test` };
  expect(sshConfig(far, { hostKey }, root)).not.toContain("Control");
});
