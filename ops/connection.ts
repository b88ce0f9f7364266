import { prepareSsh } from "../components/host/ssh.ts";
import { projectDirectory } from "./lib/project.ts";
import { stackModel } from "./lib/stack-model.ts";

/** Writes what ssh needs to reach the selected stack's host, as a preview does. */
try {
  const { dockerHost, ssh } = await stackModel();
  if (dockerHost.kind === "ssh" && ssh !== undefined) prepareSsh(dockerHost, ssh, projectDirectory);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
