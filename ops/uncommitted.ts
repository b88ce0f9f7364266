import { run } from "../components/host/exec.ts";
import { changedPaths, isSaltAlone, isStackFile, uncommittedWarning } from "./lib/uncommitted.ts";

/** Warns of changes that no commit has, and never stops anything: without git it has nothing to say. */
async function git(...args: readonly string[]): Promise<string | undefined> {
  const ran = await run("git", ["--no-optional-locks", ...args]).catch(() => undefined);
  return ran?.code === 0 ? ran.stdout : undefined;
}

async function isPulumisOwn(path: string): Promise<boolean> {
  if (!isStackFile(path)) return false;
  const diff = ["diff", "HEAD", "--unified=0", "--no-color", "--no-ext-diff"];
  return isSaltAlone((await git(...diff, "--", `:(top)${path}`)) ?? "");
}

// An unpacked archive may lie in somebody else's repository.
const isTracked = (await git("ls-files", "--error-unmatch", "Pulumi.yaml")) !== undefined;
const status = isTracked
  ? await git("status", "--porcelain=v1", "--untracked-files=all", "-z", "--", ".")
  : undefined;
const changed = changedPaths(status ?? "");
const isOwn = await Promise.all(changed.map(isPulumisOwn));
const warning = uncommittedWarning(changed.filter((_, index) => isOwn[index] === false));
if (warning !== undefined) process.stderr.write(`${warning}\n`);
