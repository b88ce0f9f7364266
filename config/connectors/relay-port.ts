import { createHash } from "node:crypto";

const first = 20_000;
const count = 20_000;

/**
 * The relay's port for a connector, 20000 to 39999: from its id alone, so that other connectors
 * come and go without changing it, and with it LiteLLM's server id
 * (docs/litellm-1.77.3.md#server-id). Where two ids fall on one port, the later one in the
 * alphabet takes the next.
 * @param ids every connector's id, `id` among them
 */
export function relayPort(id: string, ids: readonly string[]): number {
  const taken = new Set<number>();
  for (const one of [...new Set(ids)].sort()) {
    const hash = createHash("sha256").update(one).digest().readUInt32BE(0);
    let port = first + (hash % count);
    while (taken.has(port)) port = first + ((port + 1 - first) % count);
    taken.add(port);
    if (one === id) return port;
  }
  throw new Error(`${id} is not one of ${ids.join(", ")}`);
}
