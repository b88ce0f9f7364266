import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testLabel } from "./docker.ts";
import { output, run } from "./run.ts";

/** A LiteLLM that shows all its secrets and then never becomes healthy. */
export const neverHealthy = "mcp-gateway-e2e/never-healthy:1";

/** @param base an image with a shell */
export async function makeNeverHealthy(base: string, container: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "mcp-gateway-e2e-"));
  try {
    const script = join(directory, "litellm");
    writeFileSync(
      script,
      '#!/bin/sh\necho "key $LITELLM_MASTER_KEY salt $LITELLM_SALT_KEY"\necho "database $DATABASE_URL"\nexec sleep 3600\n',
      { mode: 0o755 },
    );
    await output("docker", ["create", "--name", container, "--label", testLabel, base]);
    await output("docker", ["cp", script, `${container}:/usr/local/bin/litellm`]);
    await output("docker", ["commit", container, neverHealthy]);
  } finally {
    rmSync(directory, { recursive: true });
    await run("docker", ["rm", "-f", container]);
  }
}

export async function removeNeverHealthy(): Promise<void> {
  await run("docker", ["rmi", neverHealthy]);
}
