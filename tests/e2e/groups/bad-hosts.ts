import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import type { RawConfig } from "../../../config/schema.ts";
import { lookAtAll } from "../../support/second-host/neighbours.ts";
import type { Lan } from "../support/lan.ts";
import { output } from "../support/run.ts";

/** The findings that a failed preview shows, without their numbers. */
function findingsIn(text: string): string[] {
  return [...text.matchAll(/^\s+\d+\. (.*)$/gm)].map((match) => match[1] ?? "");
}

/** Hosts that the gateway cannot be deployed on: named, with the fix, and left as they were. */
export function badHosts(lan: () => Lan): void {
  /** Findings of a preview with this configuration, on a host that it must not change. */
  async function refused(
    values: RawConfig,
    look = true,
  ): Promise<{ found: string[]; all: string }> {
    const before = look ? await lookAtAll(lan().host) : "";
    lan().configure(values);
    const ran = await lan().pulumi(["preview"]);
    lan().configure({});
    expect(ran.code).toBe(1);
    expect(ran.all).toMatch(
      /there (is a problem|are \d+ problems) on the Docker host; nothing was changed/,
    );
    if (look) expect(await lookAtAll(lan().host)).toBe(before);
    const found = findingsIn(ran.all);
    expect([...ran.all.matchAll(/^\s+fix: \S/gm)]).toHaveLength(found.length);
    return { found, all: ran.all };
  }
  const at = (user: string, where: string) => ({ dockerHost: `ssh://${user}@${where}` });

  test("the deploying machine cannot reach an engine of its own", async () => {
    const ran = await lan().run("sh", [
      "-c",
      "test -S /var/run/docker.sock && echo socket; docker ps; getent hosts linuxserver.lan",
    ]);
    expect(ran.all).not.toContain("socket");
    expect(ran.stderr).toBe("this is not the Docker host\n");
    expect(ran.stdout).toMatch(/^10\.213\.77\.2\s/);
    expect(lan().wrongCalls()).toBe("docker ps\n");
    lan().forgetWrongCalls();
  });

  test("users of this machine come and go, and those of the host stay", async () => {
    const passerBy = "mcp-gateway-passer-by";
    await output("useradd", ["--no-create-home", passerBy]);
    await output("userdel", [passerBy]);
    const { code, stdout, stderr } = await lan().host.login("administrator");
    expect([code, stdout, stderr]).toEqual([0, "administrator\n", ""]);
  });

  test("nobody answers there", async () => {
    const { found } = await refused(at("administrator", "linuxserver.lan:2"));
    expect(found).toEqual([
      "linuxserver.lan:2 cannot be reached over SSH: connect to host linuxserver.lan port 2: Connection refused",
    ]);
  });

  test("the wrong user", async () => {
    const { found, all } = await refused(at("admin", "linuxserver.lan"));
    expect(found).toEqual([
      `linuxserver.lan does not let admin in with ${lan().host.privateKeyFile}`,
    ]);
    expect(all).toContain(`fix: ssh-copy-id -i ${lan().host.privateKeyFile} admin@linuxserver.lan`);
  });

  test("a key that it does not know", async () => {
    const { hostKey, otherKeyFile } = lan().host;
    const { found } = await refused({ ssh: { hostKey, privateKeyFile: otherKeyFile } });
    expect(found).toEqual([`linuxserver.lan does not let administrator in with ${otherKeyFile}`]);
  });

  test("a private key that others may read", async () => {
    const { hostKey, privateKeyFile } = lan().host;
    const open = join(lan().directory, "open");
    copyFileSync(privateKeyFile, open);
    chmodSync(open, 0o644);
    const { found } = await refused({ ssh: { hostKey, privateKeyFile: open } });
    expect(found).toEqual([`ssh does not use the private key ${open}: others may read it`]);
  });

  test("another host key than the pinned one", async () => {
    const { privateKeyFile } = lan().host;
    const hostKey =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const { found, all } = await refused({ ssh: { hostKey, privateKeyFile } });
    expect(found).toEqual([
      "linuxserver.lan shows another host key than the pinned one: it was reinstalled, or something stands between",
    ]);
    expect(all).toContain("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub");
  });

  test("a user without the docker group, whose directories are another's", async () => {
    const { found } = await refused(at("guest", "linuxserver.lan"));
    expect(found).toEqual([
      "guest may not use the Docker engine at ssh://guest@linuxserver.lan",
      "guest may not write in /home/administrator, where the configuration is to go (directories.config)",
      "guest may not write in /home/administrator, where secrets are to go (directories.secrets)",
    ]);
  });

  test("an engine that is not running", async () => {
    const { host } = lan();
    await host.stopEngine();
    const { found } = await refused({}, false).finally(() => host.startEngine());
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /^no Docker engine answers at ssh:\/\/administrator@linuxserver\.lan: Cannot connect/,
    );
  });

  test("everything at once: networks, ports, names, volume, disk, directory, image", async () => {
    const { host } = lan();
    await host.shell(`docker create --name mcp-edge --network shop-net $(docker inspect -f '{{.Image}}' traefik)
docker create --name holder -v taken_volume:/data $(docker inspect -f '{{.Image}}' traefik)
install -d -o administrator -g administrator -m 755 /home/administrator/open /home/administrator/small
mount -t tmpfs -o size=1m,uid=1500,gid=1500 tmpfs /home/administrator/small
setsid python3 -m http.server -b 127.0.0.1 48010 >/dev/null 2>&1 </dev/null & echo $! >/run/squatter.pid
until ss -Hltn '( sport = 48010 )' | grep -q .; do sleep 0.1; done`);
    const { found, all } = await refused({
      gateway: { host: "linuxserver.lan", port: 80, bind: "0.0.0.0", adminPort: 48010 },
      network: "shop-net",
      externalNetworks: { "postgres-net": ["postgres"], "not-there": ["edge"] },
      database: { volume: "taken_volume" },
      directories: { config: "/home/administrator/small", secrets: "/home/administrator/open" },
      mockModel: { image: "127.0.0.1:5055/mcp-gateway-lab/python:no-such-tag" },
    }).finally(() =>
      host.shell(`kill $(cat /run/squatter.pid); docker rm mcp-edge holder; docker volume rm taken_volume
umount /home/administrator/small; rmdir /home/administrator/small /home/administrator/open`),
    );
    expect(found).toEqual([
      "port 80 is taken by the container traefik",
      expect.stringMatching(/^port 48010 is taken by .*, listening on 127\.0\.0\.1:48010$/),
      "a container called mcp-edge is already there and is not the gateway's",
      "the network not-there does not exist",
      "the secrets directory /home/administrator/open is open to everyone on the host (mode 755)",
      "/home/administrator/small has 1 MB free; 8 MB are needed for directories.config",
      "the volume taken_volume is used by the container holder",
      "a network called shop-net is already there and is not the gateway's",
      expect.stringMatching(
        /^the image 127\.0\.0\.1:5055\/mcp-gateway-lab\/python:no-such-tag cannot/,
      ),
    ]);
    expect(all).toContain("fix: there: chmod 700 /home/administrator/open");
    expect(all).toContain("fix: docker network create not-there");
  });
}
