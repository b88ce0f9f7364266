import type { CatalogueStack } from "../support/catalogue-stack.ts";
import { containerOf } from "../support/docker.ts";
import { output, run } from "../support/run.ts";

/**
 * Prints what a request came to; a name that nobody knows counts as unreachable, and so does an answer
 * that is no answer of ours: some routers take every connection.
 */
const reach = `
import http.client, sys
for target in sys.argv[1:]:
    host, port = target.rsplit(":", 1)
    try:
        connection = http.client.HTTPConnection(host, int(port), timeout=3)
        connection.request("GET", "/")
        answer = connection.getresponse()
        server = answer.getheader("Server", "").lower()
        ours = b"mcp_gateway" in answer.read() or server.startswith(("squid", "uvicorn", "basehttp", "simplehttp"))
        print(target, "reached" if ours else "unreachable")
    except (OSError, http.client.HTTPException) as error:
        print(target, "unreachable")
`;

/** The status with which a server answers that is asked directly. */
const status = `
import http.client, sys
from urllib.parse import urlsplit
asked = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(asked.hostname, asked.port, timeout=10)
connection.request("GET", asked.path)
print(connection.getresponse().status)
`;

/** The status with which the proxy of its environment answers. */
const fetched = `
import sys, urllib.error, urllib.request
try:
    print(urllib.request.urlopen(sys.argv[1], timeout=10).status)
except urllib.error.HTTPError as error:
    print(error.code)
`;

async function tried(container: string, ...targets: string[]): Promise<string[]> {
  const ran = await output("docker", ["exec", container, "python3", "-c", reach, ...targets]);
  return ran.trim().split("\n");
}

async function address(container: string, network: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  return (await output("docker", ["inspect", "--format", format, container])).trim();
}

/** That `egress` is a wall and not a word: by trying. */
export function egress(stack: () => CatalogueStack): void {
  let proxy: string;
  let page: string;
  let edge: string;

  beforeAll(async () => {
    const { network, prefix } = stack().deployment;
    const inner = `${network}-inner`;
    proxy = await address(await containerOf(prefix, "mcp-litellm-proxy"), inner);
    edge = await address(`${prefix}mcp-edge`, network);
    page = await address(`${prefix}pages`, stack().network);
  });

  test("none: no internet, no LAN, no other container, no names", async () => {
    const others = [`${proxy}:4000`, "mcp-litellm-proxy:4000", "mcp-litellm-postgres:5432"];
    const targets = [...others, `${page}:80`, "pages.example:80", "mcp-web-egress:3128"];
    for (const name of ["files", "tools"])
      expect(await tried(stack().container(name), ...targets)).toEqual(
        targets.map((target) => `${target} unreachable`),
      );
  });

  test("open: out, and to no part of the gateway either", async () => {
    const inline = stack().container("inline");
    const targets = [`${proxy}:4000`, "mcp-litellm-proxy:4000", "mcp-litellm-postgres:5432"];
    const others = [`${edge}:4000`, "mcp-edge:4000", "mcp-web-egress:3128", "mcp-tools:8080"];
    expect(await tried(inline, ...targets, ...others)).toEqual(
      [...targets, ...others].map((target) => `${target} unreachable`),
    );
    // The relay is there, and answers nobody but LiteLLM.
    const { connectors } = await stack().deployment.outputs();
    const { url } = (connectors as Record<string, { url: string }>)["tools"] ?? { url: "" };
    const name = `${stack().deployment.prefix}mcp-relay:${new URL(url).port}`;
    expect(
      await output("docker", ["exec", inline, "python3", "-c", status, `http://${name}/mcp`]),
    ).toBe("403\n");
  });

  test("filtered: past the proxy there is no way either", async () => {
    expect(
      await tried(stack().container("web"), `${proxy}:4000`, `${page}:80`, "mcp-web-egress:3128"),
    ).toEqual([
      `${proxy}:4000 unreachable`,
      `${page}:80 unreachable`,
      "mcp-web-egress:3128 reached",
    ]);
  });

  // The server refuses private addresses as well, as far as it knows them: this is about the wall.
  test.each([
    ["a metadata service", () => "http://169.254.169.254/latest/meta-data/"],
    ["the gateway's own network, by address", () => `http://${proxy}:4000/health/liveliness`],
    ["and by name", () => "http://mcp-litellm-proxy:4000/health/liveliness"],
    ["the proxy's own loopback", () => "http://127.0.0.1/"],
    ["another port of a page", () => `http://pages.example:22/`],
  ])("filtered: the proxy refuses %s", async (_what, url) => {
    const container = stack().container("web");
    const answered = await output("docker", ["exec", container, "python3", "-c", fetched, url()]);
    expect(answered).toBe("403\n");
    const log = await run("docker", ["logs", stack().container("web-egress")]);
    expect(log.stdout).toMatch(
      // Aborted: who asked had its answer and went before Squid wrote this.
      new RegExp(`TCP_DENIED(_ABORTED)?/403 \\d+ GET ${url().replace(/[.?]/g, "\\$&")} `),
    );
  });
}
