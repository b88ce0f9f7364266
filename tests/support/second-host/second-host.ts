import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Ran, type RunOptions, output, run } from "../../e2e/support/run.ts";
import { inCheckout } from "../paths.ts";

const here = import.meta.dirname;

/** Both ends of the cable; 10.213.77.0/30 is on no other interface of a machine that runs this. */
const cable = { near: "mcpgw-near", far: "lan0", nearAddress: "10.213.77.1/30" } as const;

/** Who may log in: name → uid, and whether the docker group has them. */
const people = { administrator: { uid: 1500, docker: true }, guest: { uid: 1501, docker: false } };

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can make namespaces";
  for (const program of [
    "sshd",
    "ssh",
    "unshare",
    "nsenter",
    "ip",
    "ss",
    "pkill",
    "dockerd",
    "iptables",
  ])
    if (spawnSync("sh", ["-c", `PATH=$PATH:/usr/sbin:/sbin; command -v ${program}`]).status !== 0)
      return `${program} is missing`;
  const tried = spawnSync("unshare", ["--mount", "--net", "--pid", "--uts", "--fork", "true"], {
    encoding: "utf8",
  });
  return tried.status === 0 ? undefined : tried.stderr.trim();
}

/**
 * Can there be a second host on this machine? If not, its tests are skipped, and the reason is said.
 * @throws Error with the reason where CI=true: there a skipped test is a failure
 */
export function secondHostIsPossible(): boolean {
  const reason = whyNot();
  if (reason === undefined) return true;
  const text = `no second Docker host on this machine: ${reason}`;
  if (process.env["CI"] === "true") throw new Error(text);
  process.stderr.write(`!! SKIPPED, ${text}\n`);
  return false;
}

/**
 * A Docker host of its own on this machine: another file system view, network, processes, users
 * and engine, at the other end of a virtual cable. What it keeps is in a directory; the images
 * stay there for the next run, all else goes. Nothing of it outlives this process: it ends when
 * its standard input does.
 */
export class SecondHost {
  readonly name = "linuxserver.lan";
  readonly address = "10.213.77.2";
  readonly place = inCheckout(".lab/second-host");
  /** Of `administrator`, `guest` and root. */
  readonly privateKeyFile = join(this.place, "keys", "id");
  /** A second key pair that nobody lets in yet. */
  readonly otherKeyFile = join(this.place, "keys", "other");
  #machine: ChildProcess | undefined;
  #tunnel: ChildProcess | undefined;
  #init = 0;

  /** @throws Error with what it said, if it does not come up */
  static async start(): Promise<SecondHost> {
    const host = new SecondHost();
    await host.#furnish();
    await host.powerOn();
    // What an earlier run has left; its images may stay.
    await host.shell(`ids=$(docker ps -aq); [ -z "$ids" ] || docker rm -f $ids
docker network prune -f; docker volume ls -q | xargs -r docker volume rm`);
    return host;
  }

  async #furnish(): Promise<void> {
    for (const part of ["home", "etc", "keys", "log"])
      rmSync(join(this.place, part), { recursive: true, force: true });
    for (const part of ["home", "keys", "log", "docker"])
      mkdirSync(join(this.place, part), { recursive: true });
    const etc = join(this.place, "etc");
    await output("cp", ["-a", "/etc", etc]);
    // Its SSH server is another one than the machine's.
    rmSync(join(etc, "ssh"), { recursive: true, force: true });
    mkdirSync(join(etc, "ssh", "authorized"), { recursive: true });
    for (const [name, file] of Object.entries({
      id: this.privateKeyFile,
      other: this.otherKeyFile,
    }))
      await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
    await this.newHostKey();
    for (const file of ["sshd_config", "dockerd.sh"])
      copyFileSync(join(here, file), join(etc, "ssh", file));
    const group = readFileSync(join(etc, "group"), "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("docker:"));
    const members = Object.entries(people).filter(([, person]) => person.docker);
    const docker = `docker:x:1600:${members.map(([name]) => name).join(",")}`;
    writeFileSync(join(etc, "group"), [docker, ...group].join("\n"));
    const authorized = readFileSync(`${this.privateKeyFile}.pub`);
    writeFileSync(join(etc, "ssh", "authorized", "root"), authorized);
    for (const [name, { uid }] of Object.entries(people)) {
      appendFileSync(join(etc, "passwd"), `${name}:x:${uid}:${uid}::/home/${name}:/bin/bash\n`);
      appendFileSync(join(etc, "shadow"), `${name}:*:20000::::::\n`);
      appendFileSync(join(etc, "group"), `${name}:x:${uid}:\n`);
      writeFileSync(join(etc, "ssh", "authorized", name), authorized);
      mkdirSync(join(this.place, "home", name));
      await output("chown", [`${uid}:${uid}`, join(this.place, "home", name)]);
    }
  }

  /** As a reinstalled server has one. */
  async newHostKey(): Promise<void> {
    const file = join(this.place, "etc", "ssh", "ssh_host_ed25519_key");
    for (const each of [file, `${file}.pub`]) rmSync(each, { force: true });
    await output("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "host", "-f", file]);
  }

  /** Its public key, as `ssh.hostKey` takes it. */
  get hostKey(): string {
    const file = join(this.place, "etc", "ssh", "ssh_host_ed25519_key.pub");
    return readFileSync(file, "utf8").split(" ").slice(0, 2).join(" ");
  }

  /** Plugs it in, starts it, and waits for its Docker engine. */
  async powerOn(): Promise<void> {
    const machine = spawn(
      "unshare",
      [
        "--mount",
        "--net",
        "--pid",
        "--uts",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "bash",
        join(here, "machine.sh"),
      ],
      { env: { ...process.env, PLACE: this.place, NAME: "linuxserver", DOCKER_HOST: "" } },
    );
    this.#machine = machine;
    let said = "";
    const ready = new Promise<void>((done, fail) => {
      machine.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      machine.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes("ready")) done();
      });
      machine.on("error", fail);
      machine.on("close", (code) => {
        fail(new Error(`the second host ended with ${String(code)}:\n${said}`));
      });
    });
    const children = `/proc/${String(machine.pid)}/task/${String(machine.pid)}/children`;
    while (this.#init === 0 && machine.exitCode === null) {
      this.#init = Number(readFileSync(children, "utf8").trim());
      await new Promise((done) => setTimeout(done, 20));
    }
    const far = ["peer", "name", cable.far, "netns", String(this.#init)];
    await output("ip", ["link", "add", cable.near, "type", "veth", ...far]);
    await output("ip", ["address", "add", cable.nearAddress, "dev", cable.near]);
    await output("ip", ["link", "set", cable.near, "up"]);
    machine.stdin.write(`${this.address}/30\n`);
    await ready;
    await this.#openTunnel();
  }

  #sshArguments(user: string, options: readonly string[] = []): string[] {
    return [
      "-F",
      "none",
      "-o",
      "BatchMode=yes",
      "-o",
      "StrictHostKeyChecking=yes",
      "-o",
      `KnownHostsCommand=/bin/echo %H ${this.hostKey}`,
      "-i",
      this.privateKeyFile,
      "-o",
      "IdentitiesOnly=yes",
      ...options,
      `${user}@${this.address}`,
    ];
  }

  /** Who `user` is there after a login over SSH from this machine. */
  async login(user: string): Promise<Ran> {
    return run("ssh", [...this.#sshArguments(user), "id", "-un"]);
  }

  /** The lab's registry, at the same address as on this machine, while it is on. */
  async #openTunnel(): Promise<void> {
    const registry = "127.0.0.1:5055";
    const forward = ["-o", "ExitOnForwardFailure=yes", "-N", "-R", `${registry}:${registry}`];
    this.#tunnel = spawn("ssh", this.#sshArguments("root", forward), { stdio: "ignore" });
    // Nothing says on its own that it is open; the port does.
    await this.shell(`for _ in $(seq 100); do
  (exec 3<>/dev/tcp/${registry.replace(":", "/")}) 2>/dev/null && exit 0; sleep 0.1
done; exit 1`);
  }

  /** As if the plug were pulled: no process gets to say goodbye. */
  async powerOff(): Promise<void> {
    this.#tunnel?.kill("SIGKILL");
    const machine = this.#machine;
    this.#machine = undefined;
    if (machine === undefined) return;
    machine.removeAllListeners("close");
    const ended = new Promise((done) => machine.on("close", done));
    machine.kill("SIGKILL");
    await ended;
    this.#init = 0;
    // The near end goes with the far one, a moment after the last process there.
    while ((await run("ip", ["link", "show", cable.near])).code === 0)
      await new Promise((done) => setTimeout(done, 20));
  }

  /** As `systemctl stop docker`: containers stop with it, and come back by their restart policy. */
  async stopEngine(signal = "TERM"): Promise<void> {
    await this.shell(`pid=$(cat /run/docker.pid); kill -${signal} "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done`);
  }

  async startEngine(): Promise<void> {
    await this.shell("rm -f /run/docker.pid; bash /etc/ssh/dockerd.sh");
  }

  /** Ends every SSH connection of the administrator's, as a router does that is switched off. */
  async cutSsh(): Promise<void> {
    await this.shell("pkill -KILL -u administrator sshd; true");
  }

  /** Nothing gets through any more, and nobody is told. */
  async unplug(): Promise<void> {
    await output("ip", ["link", "set", cable.near, "down"]);
  }

  async plugIn(): Promise<void> {
    await output("ip", ["link", "set", cable.near, "up"]);
  }

  /** Lets `name` in with this key and no other. */
  authorize(name: string, keyFile: string): void {
    copyFileSync(`${keyFile}.pub`, join(this.place, "etc", "ssh", "authorized", name));
  }

  /** Runs a program there, as its root. */
  async inside(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const enter = ["-t", String(this.#init), "-m", "-n", "-p", "-u", "--wd=/", "--"];
    const env = { ...process.env, DOCKER_HOST: "", ...options.env };
    return run("nsenter", [...enter, program, ...args], { ...options, env });
  }

  /** A bash script there, as its root, that has to succeed, and within two minutes. */
  async shell(script: string): Promise<string> {
    const ran = await this.inside("timeout", ["120", "bash", "-euo", "pipefail", "-c", script]);
    if (ran.code !== 0) throw new Error(`on the second host: ${script}\n${ran.all}`);
    return ran.stdout;
  }
}
