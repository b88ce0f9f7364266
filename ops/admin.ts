import { run } from "../components/host/exec.ts";
import { setCommand } from "../config/problems.ts";
import { stackModel } from "./lib/stack-model.ts";

/** Prints the address by which a browser on the Docker host gets to LiteLLM's own pages. */
const [{ gateway, dockerHost }, ran] = await Promise.all([
  stackModel(),
  run("pulumi", ["stack", "output", "adminSecret", "--show-secrets"]),
]);
if (gateway.adminPort === undefined) {
  process.stderr.write(
    `LiteLLM's own pages are closed. To open them on the Docker host's loopback: ${setCommand(["gateway", "adminPort"], 4001)} && make up\n`,
  );
  process.exitCode = 1;
} else if (ran.code !== 0) {
  process.stderr.write("nothing is deployed in this stack yet: run make up\n");
  process.exitCode = 1;
} else {
  const port = String(gateway.adminPort);
  if (dockerHost.kind === "ssh")
    process.stdout.write(
      `ssh -L ${port}:127.0.0.1:${port} ${dockerHost.user}@${dockerHost.host}\n`,
    );
  process.stdout.write(
    `http://127.0.0.1:${port}/mcp-gateway/admin?secret=${ran.stdout.trim()}\nThen sign in as admin with the master key: pulumi stack output masterKey --show-secrets\n`,
  );
}
