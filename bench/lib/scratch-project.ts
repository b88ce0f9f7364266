import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Ran, run } from "../../components/host/exec.ts";
import { programFiles } from "../../ops/lib/program-files.ts";
import { checkout } from "./checkout.ts";

/** A Pulumi project beside the checkout's: the same program, a state and a stack of its own. */
export interface ScratchProject {
  readonly directory: string;
  /** The checkout whose program it runs. */
  readonly source: string;
  readonly pulumi: (...args: string[]) => Promise<Ran>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes (or takes up again) a project directory with its own backend and passphrase.
 * @param config the stack's `mcp-gateway:` namespace, without the prefix
 * @param source another checkout, whose program it is to run
 */
export async function scratchProject(
  directory: string,
  stack: string,
  config: Readonly<Record<string, unknown>>,
  source = checkout,
): Promise<ScratchProject> {
  mkdirSync(join(directory, "state"), { recursive: true });
  for (const name of programFiles)
    // An older checkout has fewer of them.
    if (existsSync(join(source, name)) && !existsSync(join(directory, name)))
      symlinkSync(join(source, name), join(directory, name));
  const passphrase = join(directory, "passphrase");
  writeFileSync(passphrase, `scratch-${stack}\n`);
  chmodSync(passphrase, 0o600);
  const namespaced = Object.entries(config).map(([key, value]) => [`mcp-gateway:${key}`, value]);
  writeFileSync(
    join(directory, `Pulumi.${stack}.yaml`),
    stringify({
      config: {
        "pulumi:disable-default-providers": ["docker"],
        ...(Object.fromEntries(namespaced) as Record<string, unknown>),
      },
    }),
  );
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_STACK: stack,
  };
  const pulumi = (...args: string[]): Promise<Ran> => run("pulumi", args, { env, cwd: directory });
  const selected = await run("pulumi", ["stack", "select", "--create", stack], {
    env: { ...env, PULUMI_STACK: undefined },
    cwd: directory,
  });
  if (selected.code !== 0) throw new Error(selected.stderr);
  return { directory, source, pulumi, env };
}
