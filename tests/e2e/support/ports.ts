import { createServer } from "node:net";

async function free(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
      .once("error", () => {
        done(false);
      })
      .listen(port, "127.0.0.1", () => {
        server.close(() => {
          done(true);
        });
      });
  });
}

/**
 * Free loopback ports. Below 32768, where Linux takes the ports of outgoing connections from:
 * one of those could be gone again before the gateway listens.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  let next = 20_000 + Math.floor(Math.random() * 10_000);
  while (found.length < count) {
    if (await free(next)) found.push(next);
    next++;
  }
  return found;
}
