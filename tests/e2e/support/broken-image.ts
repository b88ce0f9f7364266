import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testLabel } from "./docker.ts";
import { output, run } from "./run.ts";

/** A LiteLLM that shows all its secrets and then never becomes healthy. */
export const neverHealthy = "mcp-gateway-e2e/never-healthy:1";

/** Stands before Python: what runs before LiteLLM needs that as it is. */
const python = `#!/bin/sh
case $* in
*/serve.py*)
  . /run/secrets/mcp-gateway.env
  echo "key $LITELLM_MASTER_KEY salt $LITELLM_SALT_KEY"
  echo "database $DATABASE_URL"
  exec sleep 3600
  ;;
esac
PATH=$(printf %s "$PATH" | sed 's,/never-healthy:,,')
exec python3 "$@"
`;

/** @param base LiteLLM's image */
export async function makeNeverHealthy(base: string, container: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "mcp-gateway-e2e-"));
  try {
    const commands = join(directory, "never-healthy");
    mkdirSync(commands);
    writeFileSync(join(commands, "python3"), python, { mode: 0o755 });
    await output("docker", ["create", "--name", container, "--label", testLabel, base]);
    await output("docker", ["cp", commands, `${container}:/never-healthy`]);
    const list = "{{range .Config.Env}}{{println .}}{{end}}";
    const variables = (await output("docker", ["inspect", "-f", list, container])).split("\n");
    const path = variables.find((line) => line.startsWith("PATH="))?.slice("PATH=".length) ?? "";
    await output("docker", [
      "commit",
      "--change",
      `ENV PATH=/never-healthy:${path}`,
      container,
      neverHealthy,
    ]);
  } finally {
    rmSync(directory, { recursive: true });
    await run("docker", ["rm", "-f", container]);
  }
}

export async function removeNeverHealthy(): Promise<void> {
  await run("docker", ["rmi", neverHealthy]);
}
