import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyFinding, unreachable } from "../../../../components/preflight/unreachable.ts";
import type { SshHost } from "../../../../config/host/model.ts";

const host: SshHost = {
  kind: "ssh",
  url: "ssh://me@server.test",
  user: "me",
  host: "server.test",
  port: 22,
};
const agent = { hostKey: "ssh-ed25519 AAAA" };
const file = { ...agent, privateKeyFile: "~/.ssh/id" };
const dockerHost =
  "pulumi config set --path 'mcp-gateway:dockerHost' 'ssh://administrator@linuxserver.lan'";

it("says which host has another key, and how to take it over once it is known to be right", () => {
  expect(unreachable(host, agent, "Host key verification failed.\r\n")).toEqual({
    message:
      "server.test shows another host key than the pinned one: it was reinstalled, or something stands between",
    fix: `compare with its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); only if it is right: pulumi config set --path 'mcp-gateway:ssh.hostKey' "$(ssh-keyscan -t ed25519 server.test | cut -d' ' -f2-)"`,
  });
});

it("says who is not let in, and with what", () => {
  const denied = "me@server.test: Permission denied (publickey).\r\n";
  expect(unreachable(host, agent, denied)).toEqual({
    message: "server.test does not let me in with any key of the SSH agent",
    fix: `ssh-copy-id me@server.test, or the right user: ${dockerHost}`,
  });
  expect(unreachable({ ...host, port: 2222 }, file, denied)).toEqual({
    message: "server.test:2222 does not let me in with ~/.ssh/id",
    fix: `ssh-copy-id -i ~/.ssh/id -p 2222 me@server.test, or the right user: ${dockerHost}`,
  });
});

it("says that the private key is not for others to read", () => {
  const said = "@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nme@server.test: Permission denied.\n";
  expect(unreachable(host, file, said)).toEqual({
    message: "ssh does not use the private key ~/.ssh/id: others may read it",
    fix: "chmod 600 ~/.ssh/id",
  });
});

it.each([
  [
    "ssh: Could not resolve hostname server.test: Name or service not known\r\n",
    "there is no host called server.test",
  ],
  [
    "ssh: connect to host server.test port 22: Connection refused\r\n",
    "server.test cannot be reached over SSH: connect to host server.test port 22: Connection refused",
  ],
  ["", "server.test cannot be reached over SSH: no reason given"],
])("says what ssh says: %j", (said, message) => {
  expect(unreachable(host, agent, said).message).toBe(message);
});

it("misses a private key that is configured and not there", () => {
  const root = mkdtempSync(join(tmpdir(), "key-"));
  expect(keyFinding({ ...agent, privateKeyFile: "id" }, root)).toEqual([
    {
      message: "the private key id is not there",
      fix: "pulumi config set --path 'mcp-gateway:ssh.privateKeyFile' '~/.ssh/id_ed25519'",
    },
  ]);
  writeFileSync(join(root, "id"), "");
  expect(keyFinding({ ...agent, privateKeyFile: "id" }, root)).toEqual([]);
  expect(keyFinding(agent, root)).toEqual([]);
});
