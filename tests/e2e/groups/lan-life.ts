import { lookAtNeighbours } from "../../support/second-host/neighbours.ts";
import type { Outputs } from "../support/deployment.ts";
import type { Lan } from "../support/lan.ts";
import { ask, deployed, outputs, services } from "./lan-up.ts";

/** Seconds until the gateway answers a key again. */
async function back(lan: Lan, key: string): Promise<number> {
  const began = performance.now();
  for (;;) {
    const status = await ask(lan, "/v1/models", key).catch(() => 0);
    const seconds = (performance.now() - began) / 1000;
    if (status === 200) return seconds;
    if (seconds > 90)
      throw new Error(`not back within 90 s: ${await lan.host.shell("docker ps -a")}`);
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** Reboots, a dropped connection, and the end. */
export function lanLife(lan: () => Lan): void {
  let before: Outputs;
  let key: string;

  test("the power fails: the gateway serves again within 90 s with nobody's help", async () => {
    before = await outputs(lan());
    key = before.virtualKeys["claude-code"] ?? "";
    await lan().host.powerOff();
    await lan().host.powerOn();
    const seconds = await back(lan(), key);
    console.log(`back ${seconds.toFixed(1)} s after the engine`);
    expect(seconds).toBeLessThan(90);
  });

  test.each([
    ["the edge first and the database last", "sort"],
    ["the database first and the edge last", "sort -r"],
  ])("started in whatever order: %s", async (_name, sort) => {
    const list = `docker ps -a --filter label=com.docker.compose.project=mcp-gateway --format '{{.Names}}' | ${sort}`;
    const names = (await lan().host.shell(list)).trim().split("\n");
    expect(names).toHaveLength(Object.keys(services).length);
    await lan().host.shell(`docker stop -t 5 ${names.join(" ")} >/dev/null`);
    for (const name of names) await lan().host.shell(`docker start ${name}`);
    expect(await back(lan(), key)).toBeLessThan(90);
  });

  test("after that there is nothing to do", async () => {
    await lan().must("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(await deployed(lan())).toEqual(services);
  });

  test("SSH is cut in the middle of an up; the next one converges", async () => {
    const neighbours = await lookAtNeighbours(lan().host);
    lan().configure({ proxy: { logLevel: "DEBUG" } });
    const proxies = "docker ps -aq --no-trunc --filter name=mcp-litellm-proxy";
    const old = (await lan().host.shell(proxies)).trim();
    const { ended } = lan().startUp();
    // The moment that the new proxy is there, which takes 20 s and more to be healthy.
    await lan().host.shell(`until ${proxies} | grep -v ${old} | grep -q .; do sleep 0.05; done`);
    await lan().host.cutSsh();
    const cut = await ended;
    expect(cut.code).not.toBe(0);
    await lan().recover();
    await lan().up();
    expect(await deployed(lan())).toEqual(services);
    expect((await outputs(lan())).virtualKeys).toEqual(before.virtualKeys);
    await lan().must("up", "--yes", "--skip-preview", "--expect-no-changes");
    expect(await lookAtNeighbours(lan().host)).toBe(neighbours);
  });

  test("destroy takes what is ours and only that; the data stays", async () => {
    const neighbours = await lookAtNeighbours(lan().host);
    await lan().must("destroy", "--yes", "--skip-preview");
    expect(await lan().host.shell("docker ps -a --format '{{.Names}}' | sort")).toBe(
      "postgres\ntraefik\n",
    );
    expect(await lan().host.shell("docker volume ls -q | sort")).toBe(
      "mcp_gateway_pgdata\nshop_files\nshop_pgdata\n",
    );
    expect(await lan().host.shell("docker network ls --format '{{.Name}}' | sort")).toBe(
      "bridge\nhost\nnone\npostgres-net\nshop-net\ntraefik-proxy\n",
    );
    expect(await lan().host.shell("find /home/administrator -type f -o -type l")).toBe("");
    expect(await lookAtNeighbours(lan().host)).toBe(neighbours);
    expect(lan().wrongCalls()).toBe("");
  });
}
