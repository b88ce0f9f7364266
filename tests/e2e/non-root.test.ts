import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../support/paths.ts";
import { Deployment, homeOf } from "./support/deployment.ts";
import { names } from "./support/docker.ts";
import { lock, unlock } from "./support/lock.ts";
import { output } from "./support/run.ts";

jest.setTimeout(240_000);

const user = "mcp-gateway-e2e";
const prefix = "e2eu-";

/** Only root can make a user, and only a checkout that others may read serves one. */
const possible =
  process.getuid?.() === 0 &&
  spawnSync("test", ["-r", join(checkout, "index.ts")], { uid: 65534, gid: 65534 }).status === 0;

let stack: Deployment | undefined;
const deployment = (): Deployment => {
  if (stack === undefined) throw new Error("there is no deployment");
  return stack;
};

beforeAll(async () => {
  if (!possible) return;
  lock();
  spawnSync("userdel", [user]);
  await output("useradd", [
    "--no-create-home",
    "--home-dir",
    homeOf(prefix),
    "--groups",
    "docker",
    user,
  ]);
  stack = await Deployment.create(prefix, user);
});

afterAll(async () => {
  if (!possible) return;
  await stack?.remove();
  spawnSync("userdel", [user]);
  unlock();
});

/** Rights over other people's files come from the Docker engine alone: `write-files.sh`. */
(possible ? describe : describe.skip)("a deployer who is not root, in the docker group", () => {
  test("up ends well, and each secrets file belongs to its reader", async () => {
    const { database } = deployment().initialConfig();
    deployment().configure({ database: { ...database, destroyData: true } });
    await deployment().up();
    const owner = (file: string): string => {
      const { mode, uid, gid } = statSync(
        join(deployment().directory, ".gateway", "secrets", file),
      );
      return `${(mode & 0o777).toString(8)} ${uid}:${gid}`;
    };
    expect(owner("proxy/proxy.env")).toBe("600 0:0");
    expect(owner("postgres/password")).toBe("600 70:70");
    expect(owner("mcp-postgres/connector.env")).toBe("600 1000:1000");
  });

  test("a second up changes nothing", async () => {
    const ran = await deployment().pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
  });

  test("destroy takes away what belongs to others as well", async () => {
    await deployment().destroy();
    for (const kind of ["container", "network", "volume"] as const)
      expect(await names(kind, prefix)).toEqual([]);
    expect(
      await output("find", [deployment().directory, "-path", "*.gateway/*", "-type", "f"]),
    ).toBe("");
  });
});
