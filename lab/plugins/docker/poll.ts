/** Waiting for the daemon to let go of something. */
import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MILLISECONDS = 500;
const PATIENCE_MILLISECONDS = 30_000;

/** Tries until `attempt` says that it is done; the error is the official plugin's. */
export async function untilRemoved(
  attempt: () => Promise<boolean>,
  pendingState: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await attempt())) {
    if (Date.now() >= deadline) {
      throw new Error(
        "timeout while waiting for state to become 'removed' " +
          `(last state: '${pendingState}', timeout: 30s)`,
      );
    }
    await delay(PAUSE_MILLISECONDS, undefined, { signal });
  }
}
