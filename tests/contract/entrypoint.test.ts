import { chmodSync, copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../components/shell/shell.ts";
import { describeWithDocker, image, images, runOnce } from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(60_000);

const rootsOfNobody = JSON.stringify({ hosts: [], own: "" });
const good = {
  LITELLM_MASTER_KEY: `sk-${"x".repeat(32)}`,
  LITELLM_SALT_KEY: `sk-${"y".repeat(32)}`,
  DATABASE_URL: "postgresql://litellm:example@database:5432/litellm",
  MCP_GATEWAY_ADMIN_SECRET: "z".repeat(40),
  MCP_GATEWAY_RELAY_SECRET: "z".repeat(48),
};

describeWithDocker("the entrypoint, in LiteLLM's image", () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });

  const saysHow =
    'echo "$0 $*"; env | grep -E "^(LITELLM_(MASTER|SALT)_KEY|DATABASE_URL|SSL_CERT_FILE|MCP_GATEWAY_.*)=" | sort';

  /** Starts the entrypoint with another serve.py, which says how it was called if nothing else. */
  async function started(
    secrets: string | undefined,
    mode = 0o600,
    roots = rootsOfNobody,
    litellm = saysHow,
  ) {
    chmodSync(place.path, 0o755);
    for (const name of ["entrypoint.sh", "prisma.sh", "trusted_roots.py"])
      copyFileSync(join("guard", name), join(place.path, name));
    writeFileSync(join(place.path, "roots.json"), roots);
    const file = join(place.path, "proxy.env");
    if (secrets !== undefined) {
      writeFileSync(file, secrets);
      chmodSync(file, mode);
    }
    const serve = `import os, sys\nos.execv("/bin/sh", ["sh", "-c", ${JSON.stringify(litellm)}, *sys.argv])\n`;
    writeFileSync(join(place.path, "serve.py"), serve);
    const ran = await runOnce([
      "--network",
      "none",
      "--init",
      "--cap-drop",
      "ALL",
      "--entrypoint",
      "/bin/sh",
      "--volume",
      `${place.path}:/etc/mcp-gateway:ro`,
      ...(secrets === undefined ? [] : ["--volume", `${file}:/run/secrets/mcp-gateway.env:ro`]),
      image(images.litellm),
      "-c",
      'PATH="/etc/mcp-gateway:$PATH" exec /bin/sh /etc/mcp-gateway/entrypoint.sh',
    ]);
    return { code: ran.code, stdout: ran.stdout, stderr: ran.stderr };
  }

  it("starts LiteLLM without a secret in its environment when all is well", async () => {
    expect(await started(envFile(good))).toEqual({
      code: 0,
      stdout: [
        "/etc/mcp-gateway/serve.py --config /etc/mcp-gateway/config.yaml --host 0.0.0.0 --port 4000",
        "SSL_CERT_FILE=/tmp/mcp-gateway-roots.pem",
        "",
      ].join("\n"),
      stderr: "mcp-gateway: certificate authorities: no provider needs one\n",
    });
  });

  it("starts it with all public roots when a provider cannot be asked for its own", async () => {
    const roots = JSON.stringify({ hosts: ["127.0.0.1:1"], own: "" });
    const { code, stdout, stderr } = await started(envFile(good), 0o600, roots);
    expect([code, stdout.includes("SSL_CERT_FILE=/tmp/mcp-gateway-roots.pem")]).toEqual([0, true]);
    expect(stderr).toMatch(/all public roots: 127\.0\.0\.1:1 could not be asked for its own/);
  });

  it("starts it also when the roots cannot be made out", async () => {
    const { code, stdout, stderr } = await started(envFile(good), 0o600, "nonsense");
    expect([code, stdout.includes("SSL_CERT_FILE")]).toEqual([0, false]);
    expect(stderr).toContain("JSONDecodeError");
  });

  /** What LiteLLM sees of `prisma` when it calls it, and what the real one is asked to do. */
  async function migrated(prisma: string): Promise<string[]> {
    const asks = ["prisma", "prisma migrate deploy", "prisma migrate deploy", "prisma --version"];
    const litellm = asks.map((ask) => `${ask}; echo "$?: ${ask}"\n`).join("");
    const said = `#!/bin/sh\necho "$*" >>/tmp/asked\n${prisma}\n`;
    writeFileSync(join(place.path, "prisma"), said, { mode: 0o755 });
    const { stdout, stderr } = await started(
      envFile(good),
      0o600,
      rootsOfNobody,
      `${litellm}cat /tmp/asked >&2`,
    );
    rmSync(join(place.path, "prisma"));
    return [...stdout.split("\n"), ...stderr.split("\n").slice(1)];
  }

  it("migrates the database beside LiteLLM's start, and gives it the answer once", async () => {
    expect(await migrated('[ "$1" != migrate ] || { sleep 1; echo "in $PWD"; }')).toEqual([
      "0: prisma",
      expect.stringMatching(/^in .*\/litellm_proxy_extras$/),
      "0: prisma migrate deploy",
      expect.stringMatching(/^in /),
      "0: prisma migrate deploy",
      "0: prisma --version",
      "",
      "migrate deploy",
      "migrate deploy",
      "--version",
      "",
    ]);
  });

  it("leaves a migration that failed to LiteLLM", async () => {
    expect(await migrated("echo no; exit 3")).toEqual([
      "0: prisma",
      "no",
      "3: prisma migrate deploy",
      "no",
      "3: prisma migrate deploy",
      "no",
      "3: prisma --version",
      "",
      "migrate deploy",
      "migrate deploy",
      "migrate deploy",
      "--version",
      "",
    ]);
  });

  const missing = (name: string) =>
    `mcp-gateway: ${name} is not set in /run/secrets/mcp-gateway.env: LiteLLM is not started\n`;
  const short = "mcp-gateway: LITELLM_MASTER_KEY must be sk- and 32 characters or more\n";
  it.each([
    ["an empty master key", { ...good, LITELLM_MASTER_KEY: "" }, missing("LITELLM_MASTER_KEY")],
    ["no master key", { ...good, LITELLM_MASTER_KEY: undefined }, missing("LITELLM_MASTER_KEY")],
    ["an empty salt key", { ...good, LITELLM_SALT_KEY: "" }, missing("LITELLM_SALT_KEY")],
    ["an empty database URL", { ...good, DATABASE_URL: "" }, missing("DATABASE_URL")],
    [
      "an empty admin secret",
      { ...good, MCP_GATEWAY_ADMIN_SECRET: "" },
      missing("MCP_GATEWAY_ADMIN_SECRET"),
    ],
    [
      "an empty secret for the relay",
      { ...good, MCP_GATEWAY_RELAY_SECRET: "" },
      missing("MCP_GATEWAY_RELAY_SECRET"),
    ],
    ["a short master key", { ...good, LITELLM_MASTER_KEY: `sk-${"x".repeat(31)}` }, short],
    ["a master key without sk-", { ...good, LITELLM_MASTER_KEY: "x".repeat(60) }, short],
  ])("refuses %s: LiteLLM would let every caller in", async (_, values, stderr) => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const file = envFile(Object.fromEntries(given) as Record<string, string>);
    expect(await started(file)).toEqual({ code: 78, stdout: "", stderr });
  });

  it.each([
    ["is not there", undefined, 0o600],
    ["may not be read", envFile(good), 0o000],
  ])("refuses a secrets file that %s", async (_, secrets, mode) => {
    expect(await started(secrets, mode)).toEqual({
      code: 78,
      stdout: "",
      stderr: "mcp-gateway: /run/secrets/mcp-gateway.env cannot be read by uid 0\n",
    });
  });
});
