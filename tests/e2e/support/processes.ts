import { run } from "./run.ts";

/** Reads the machine's process list over and over, until it is told to end: every line once. */
export function watchProcesses(): { readonly end: () => Promise<string> } {
  const lines = new Set<string>();
  const told = { over: false };
  const watching = (async () => {
    while (!told.over) {
      const { stdout } = await run("ps", ["-eww", "-o", "args"]);
      for (const line of stdout.split("\n")) lines.add(line);
      await new Promise((done) => setTimeout(done, 100));
    }
  })();
  return {
    end: async () => {
      told.over = true;
      await watching;
      return [...lines].join("\n");
    },
  };
}
