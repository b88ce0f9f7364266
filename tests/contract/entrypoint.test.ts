import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../components/host/shell.ts";
import { describeWithDocker, image, images, runOnce } from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(60_000);

const good = {
  LITELLM_MASTER_KEY: `sk-${"x".repeat(32)}`,
  LITELLM_SALT_KEY: `sk-${"y".repeat(32)}`,
  DATABASE_URL: "postgresql://litellm:example@database:5432/litellm",
};

describeWithDocker("the entrypoint, in LiteLLM's image", () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });

  /** Starts the entrypoint with a `litellm` that says how it was called instead of starting. */
  async function started(secrets: string | undefined, mode = 0o600) {
    chmodSync(place.path, 0o755);
    copyFileSync("components/litellm/files/entrypoint.sh", join(place.path, "entrypoint.sh"));
    const file = join(place.path, "proxy.env");
    if (secrets !== undefined) {
      writeFileSync(file, secrets);
      chmodSync(file, mode);
    }
    writeFileSync(
      join(place.path, "litellm"),
      '#!/bin/sh\necho "litellm $*"; env | grep -E "^(LITELLM_(MASTER|SALT)_KEY|DATABASE_URL)=" | sort\n',
      { mode: 0o755 },
    );
    const ran = await runOnce([
      ...["--network", "none", "--cap-drop", "ALL", "--entrypoint", "/bin/sh"],
      ...["--env", "PATH=/fake:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ...["--volume", `${place.path}:/fake:ro`],
      ...(secrets === undefined ? [] : ["--volume", `${file}:/run/secrets/mcp-gateway.env:ro`]),
      image(images.litellm),
      "/fake/entrypoint.sh",
    ]);
    return { code: ran.code, stdout: ran.stdout, stderr: ran.stderr };
  }

  it("starts LiteLLM with its secrets in the environment when all is well", async () => {
    expect(await started(envFile(good))).toEqual({
      code: 0,
      stdout: [
        "litellm --config /etc/mcp-gateway/config.yaml --host 0.0.0.0 --port 4000",
        `DATABASE_URL=${good.DATABASE_URL}`,
        `LITELLM_MASTER_KEY=${good.LITELLM_MASTER_KEY}`,
        `LITELLM_SALT_KEY=${good.LITELLM_SALT_KEY}`,
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  const missing = (name: string) =>
    `mcp-gateway: ${name} is not set in /run/secrets/mcp-gateway.env: LiteLLM is not started\n`;
  const short = "mcp-gateway: LITELLM_MASTER_KEY must be sk- and 32 characters or more\n";
  it.each([
    ["an empty master key", { ...good, LITELLM_MASTER_KEY: "" }, missing("LITELLM_MASTER_KEY")],
    [
      "no master key",
      { LITELLM_SALT_KEY: good.LITELLM_SALT_KEY, DATABASE_URL: good.DATABASE_URL },
      missing("LITELLM_MASTER_KEY"),
    ],
    ["an empty salt key", { ...good, LITELLM_SALT_KEY: "" }, missing("LITELLM_SALT_KEY")],
    ["an empty database URL", { ...good, DATABASE_URL: "" }, missing("DATABASE_URL")],
    ["a short master key", { ...good, LITELLM_MASTER_KEY: `sk-${"x".repeat(31)}` }, short],
    ["a master key without sk-", { ...good, LITELLM_MASTER_KEY: "x".repeat(60) }, short],
  ])("refuses %s: LiteLLM would let every caller in", async (_, values, stderr) => {
    expect(await started(envFile(values))).toEqual({ code: 78, stdout: "", stderr });
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
