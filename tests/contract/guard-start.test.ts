import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { litellmConfig } from "../../components/litellm/config-file.ts";
import { proxyFiles } from "../../components/litellm/proxy.ts";
import { envFile } from "../../components/shell/shell.ts";
import { modelOf } from "../support/config.ts";
import { describeWithDocker, image, images, runOnce } from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

/** LiteLLM with our files, one of them changed: its exit code and what it says. */
async function start(change: (directory: string) => void) {
  const place = scratch();
  chmodSync(place.path, 0o755);
  try {
    // No database: it would only take longer.
    const config = litellmConfig(modelOf({})).replace(/\n.*DATABASE_URL/, "");
    writeFileSync(join(place.path, "config.yaml"), config);
    for (const file of proxyFiles) copyFileSync(join("guard", file), join(place.path, file));
    writeFileSync(join(place.path, "proxy.env"), envFile({ MCP_GATEWAY_RELAY_SECRET: "z" }));
    change(place.path);
    const ran = await runOnce([
      "--network",
      "none",
      "--env",
      `LITELLM_MASTER_KEY=sk-${"x".repeat(40)}`,
      "--volume",
      `${place.path}:/etc/mcp-gateway:ro`,
      "--entrypoint",
      "timeout",
      "--volume",
      `${join(place.path, "proxy.env")}:/run/secrets/mcp-gateway.env:ro`,
      image(images.litellm),
      "60",
      "litellm",
      "--config",
      "/etc/mcp-gateway/config.yaml",
    ]);
    return { code: ran.code, said: ran.stdout + ran.stderr };
  } finally {
    place.remove();
  }
}

describeWithDocker("LiteLLM is not started without the guard that it was made for", () => {
  it("if its source is another one: says which", async () => {
    const { code, said } = await start((directory) => {
      const file = join(directory, "guard_seams.py");
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.replace(/(:_list_mcp_tools": ")[0-9a-f]{16}/, "$10123456789abcdef"));
    });
    expect(said).toMatch(/_list_mcp_tools is [0-9a-f]{16}, the guard knows 0123456789abcdef/);
    expect(said).not.toContain("Uvicorn running");
    expect(code).not.toBe(0);
    // 124: still there after a minute.
    expect(code).not.toBe(124);
  });

  it("if nobody has told it the relay's secret", async () => {
    const { code, said } = await start((directory) => {
      writeFileSync(join(directory, "proxy.env"), envFile({ MCP_GATEWAY_RELAY_SECRET: "" }));
    });
    expect(said).toContain("/run/secrets/mcp-gateway.env has no MCP_GATEWAY_RELAY_SECRET");
    expect(said).not.toContain("Uvicorn running");
    expect([0, 124]).not.toContain(code);
  });

  it("if a part of the guard is missing", async () => {
    const { code, said } = await start((directory) => {
      rmSync(join(directory, "guard_requests.py"));
    });
    expect(said).toContain("guard_requests");
    expect(said).not.toContain("Uvicorn running");
    expect([0, 124]).not.toContain(code);
  });
});
