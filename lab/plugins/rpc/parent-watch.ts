/**
 * Ends this process when the process that started it is gone.
 *
 * The engine stops its plugins when it ends well. When it is killed (CI time-out, out of memory)
 * nobody does, and a plugin would keep its port and its ssh connections for ever. The official
 * plugins poll the engine's health over gRPC; the parent's process id says the same for less.
 */
const POLL_MILLISECONDS = 500;

const cleanups = new Set<() => void>();

/** Registers something to undo when this process ends; returns how to take it off the list. */
export function onExit(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
  };
}

/** Starts watching. To be called once, by a plugin's main file. */
export function exitWithParent(): void {
  const parent = process.ppid;
  process.on("exit", () => {
    for (const cleanup of cleanups) cleanup();
  });
  // The default action of a signal would skip the clean-up. The engine ends a plugin by SIGINT and
  // waits ten seconds for it; Ctrl-C does not reach it, as plugins have process groups of their own.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => process.exit(0));
  }
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, POLL_MILLISECONDS).unref();
}
