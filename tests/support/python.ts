import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";

/** A TCP port of the loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Runs Python source to its end, without blocking servers of this process. */
export function python(
  source: string,
  stdin = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done, fail) => {
    const child = spawn("python3", ["-B", "-c", source]);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", fail);
    child.on("close", (code) => {
      done({ code: code ?? -1, stdout, stderr });
    });
    child.stdin.end(stdin);
  });
}

/** Starts Python source that serves `url`, and waits until it answers. */
export async function pythonServer(source: string, url: string): Promise<ChildProcess> {
  const child = spawn("python3", ["-B", "-c", source], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the server has stopped: ${stderr}`);
    try {
      await fetch(url, { signal: AbortSignal.timeout(1000) });
      return child;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  child.kill();
  throw new Error(`the server does not answer: ${stderr}`);
}

/** Source that loads a Python file of ours as `module`, with some of its names replaced. */
export function loading(file: string, replaced: Readonly<Record<string, unknown>>): string {
  return [
    "import importlib.util, json, sys",
    `spec = importlib.util.spec_from_file_location("module", ${JSON.stringify(file)})`,
    "module = importlib.util.module_from_spec(spec)",
    "spec.loader.exec_module(module)",
    ...Object.entries(replaced).map(([name, value]) => `module.${name} = ${JSON.stringify(value)}`),
    "",
  ].join("\n");
}
