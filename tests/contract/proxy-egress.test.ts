import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { squidPort } from "../../components/squid/squid-config.ts";
import { modelOf } from "../support/config.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  images,
  network,
  removeAll,
  runOnce,
  start,
  testName,
} from "../support/docker.ts";
import { type RealGateway, masterKey, realGateway } from "../support/gateway.ts";
import { sha256 } from "../support/guarded.ts";
import { inCheckout } from "../support/paths.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

// The addresses of a network here that are public ones elsewhere: the internet of this test.
const subnet = "44.128.79.0/24";

const apiKey = "example-provider-key";
const models = {
  "gpt-4o-mock": { provider: "mock" },
  "over-tls": { provider: "litellm", model: "openai/gpt-4o", apiKey },
  plain: { provider: "litellm", model: "openai/x", apiKey, apiBase: "http://models.lan:8080/v1" },
  rebound: { provider: "litellm", model: "anthropic/claude-3-haiku-20240307", apiKey },
};
const model = modelOf({ models });

/** An authority, and a certificate of it for the names of two providers. */
const certificates = `
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \\
  -addext keyUsage=critical,keyCertSign \\
  -keyout /made/ca.key -out /made/ca.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=provider \\
  -keyout /made/provider.key -out /made/provider.csr
printf 'subjectAltName=DNS:api.openai.com,DNS:api.anthropic.com\nauthorityKeyIdentifier=keyid' >/made/provider.ext
openssl x509 -req -in /made/provider.csr -CA /made/ca.pem -CAkey /made/ca.key \\
  -CAcreateserial -days 2 -extfile /made/provider.ext -out /made/provider.pem
chmod 644 /made/*`;

/** A provider on 443, 8080 and 8081: writes down who has asked for what, and answers chats. */
const provider = `
import json, ssl, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
exec(open("/srv/server.py").read().partition("if __name__")[0])
class Provider(Handler):
    def do_POST(self):
        print("asked", self.headers["Host"], self.path, self.client_address[0], flush=True)
        super().do_POST()
    def do_GET(self):
        print("asked", self.headers["Host"], self.path, self.client_address[0], flush=True)
        self.send_response(204)
        self.end_headers()
def serve(port, tls):
    here = ThreadingHTTPServer(("0.0.0.0", port), Provider)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("/made/provider.pem", "/made/provider.key")
        here.socket = context.wrap_socket(here.socket, server_side=True)
    here.serve_forever()
for port in (8080, 8081):
    threading.Thread(target=serve, args=(port, False)).start()
serve(443, True)`;

/** Tries each line of the input from where it runs: "tcp HOST PORT", "name HOST" or "squid HOST:PORT". */
const attempts = `
import http.client, socket, sys
def tried(kind, *words):
    try:
        if kind == "tcp":
            socket.create_connection((words[0], int(words[1])), 2).close()
            return "reached"
        if kind == "name":
            return "reached" if socket.getaddrinfo(words[0], 80) else "nothing"
        connection = http.client.HTTPConnection("SQUID", ${squidPort}, timeout=10)
        connection.putrequest("CONNECT", words[0], skip_host=True)
        connection.endheaders()
        return "reached" if connection.getresponse().status == 200 else "refused"
    except OSError as error:
        return "refused" if isinstance(error, http.client.RemoteDisconnected) else "no way"
for line in sys.stdin:
    print(tried(*line.split()))`;

describeWithDocker("LiteLLM's way out, with the real LiteLLM and the real Squid", () => {
  const wide = testName("wide");
  const lan = testName("lan");
  const providers = testName("providers");
  const lanBox = testName("lan-box");
  const place = scratch();
  const made = join(place.path, "made");
  const listener: { server?: Server; port: number; heard: number } = { port: 0, heard: 0 };
  const addresses = { providers: "", lanBox: "", wideGateway: "", lanGateway: "" };
  let gateway: RealGateway;

  const inspect = (name: string, format: string) => dockerOk(["inspect", "--format", format, name]);
  const addressOn = (name: string, on: string) =>
    inspect(name, `{{(index .NetworkSettings.Networks "${on}").IPAddress}}`);

  const gatewayOn = (name: string, on: string) =>
    inspect(name, `{{(index .NetworkSettings.Networks "${on}").Gateway}}`);

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    mkdirSync(made);
    const volume = ["--volume", `${made}:/made`];
    const ran = await runOnce([
      "--user",
      "0:0",
      "--entrypoint",
      "sh",
      ...volume,
      image(images.haproxy),
      "-c",
      certificates,
    ]);
    if (ran.code !== 0) throw new Error(ran.stderr);
    await dockerOk([
      "network",
      "create",
      "--label",
      "mcp-gateway.test=true",
      "--subnet",
      subnet,
      wide,
    ]);
    await network(lan);
    const serve = [
      "--volume",
      `${inCheckout("components/mock-model/files/server.py")}:/srv/server.py:ro`,
      ...volume,
      image(images.python),
      "python3",
      "-c",
      provider,
    ];
    const alias = (...names: string[]) => names.flatMap((name) => ["--network-alias", name]);
    await start(providers, [
      "--network",
      wide,
      ...alias("api.openai.com", "other.example"),
      ...serve,
    ]);
    // A public provider whose name leads into the LAN, and a model server that is meant to be there.
    await start(lanBox, ["--network", lan, ...alias("api.anthropic.com", "models.lan"), ...serve]);
    addresses.providers = await addressOn(providers, wide);
    addresses.lanBox = await addressOn(lanBox, lan);
    addresses.wideGateway = await gatewayOn(providers, wide);
    addresses.lanGateway = await gatewayOn(lanBox, lan);
    listener.server = createServer((_request, response) => {
      listener.heard++;
      response.end();
    });
    listener.port = await new Promise((done) => {
      listener.server?.listen(0, "0.0.0.0", () => {
        done((listener.server?.address() as AddressInfo).port);
      });
    });
    const row = { name: "all", tools: {}, models: Object.keys(models), expires: null };
    gateway = await realGateway(model, {
      rows: [{ ...row, keyHash: sha256(masterKey) }],
      closed: {
        outside: [wide, lan],
        privateRoots: readFileSync(join(made, "ca.pem"), "utf8"),
      },
    });
  }, 300_000);
  afterAll(async () => {
    listener.server?.close();
    // Undefined if it never came up; then it has removed itself.
    await (gateway as RealGateway | undefined)?.remove();
    await removeAll([providers, lanBox], [wide, lan]);
    place.remove();
  }, 60_000);

  const asked = async (name: string): Promise<string[]> =>
    (await docker(["logs", name])).stdout.split("\n").filter((line) => line.startsWith("asked"));

  async function chat(name: string, path = "/v1/chat/completions"): Promise<[number, string]> {
    const words = [{ role: "user", content: "hello" }];
    const answer = await fetch(gateway.url + path, {
      method: "POST",
      headers: { Authorization: `Bearer ${masterKey}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        model: name,
        ...(path === "/v1/responses" ? { input: words } : { messages: words }),
      }),
    });
    return [answer.status, await answer.text()];
  }
  const said = "no tool is named in that";

  it("gets the provider's own root through Squid when it starts, and knows the private one", async () => {
    const { stderr } = await docker(["logs", gateway.proxy]);
    // The other host's name leads into the LAN, so its root cannot be had: the whole bundle.
    expect(stderr).toContain("all public roots: api.anthropic.com:443 could not be asked");
    expect(stderr).toContain("the proxy says: HTTP/1.1 403 Forbidden");
    const squid = (await docker(["logs", gateway.egress])).stdout;
    expect(squid).toMatch(/403 \d+ CONNECT api\.anthropic\.com:443/);
  });

  it.each([
    ["gpt-4o-mock", "/v1/responses"],
    ["over-tls", "/v1/responses"],
    ["gpt-4o-mock", "/v1/chat/completions"],
    ["over-tls", "/v1/chat/completions"],
    ["plain", "/v1/chat/completions"],
    ["plain", "/v1/responses"],
    ["gpt-4o-mock", "/v1/responses"],
  ])("%s answers at %s", async (name, path) => {
    const [status, text] = await chat(name, path);
    expect([status, text]).toEqual([200, expect.stringContaining(said)]);
  });

  // LiteLLM's own reading of the variables is done once a client, by the first address. Its second
  // try, with a new client, hides that at a model's routes, a second later.
  it("asks through Squid at once, also with a client that began with what needs none", async () => {
    const script = `
import asyncio
from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler
async def main():
    handler = AsyncHTTPHandler()
    await handler.client.get("http://mcp-mock-model:9200/")
    print((await handler.client.get("http://models.lan:8080/first")).status_code)
asyncio.run(main())`;
    const ran = await docker(["exec", gateway.proxy, "python3", "-c", script]);
    expect([ran.code, ran.stdout.trim()]).toEqual([0, "204"]);
  });

  it("reached them through Squid, and Squid nothing else", async () => {
    const from = [await addressOn(gateway.egress, wide), await addressOn(gateway.egress, lan)];
    const lines = [...(await asked(providers)), ...(await asked(lanBox))];
    expect([...new Set(lines)].sort()).toEqual(
      [
        `asked api.openai.com /v1/chat/completions ${from[0] ?? ""}`,
        `asked api.openai.com /v1/responses ${from[0] ?? ""}`,
        `asked models.lan:8080 /first ${from[1] ?? ""}`,
        `asked models.lan:8080 /v1/chat/completions ${from[1] ?? ""}`,
        `asked models.lan:8080 /v1/responses ${from[1] ?? ""}`,
      ].sort(),
    );
  });

  it("a provider's public name that leads into the LAN is no way in there", async () => {
    const before = await asked(lanBox);
    const [status] = await chat("rebound");
    expect([status >= 400, await asked(lanBox)]).toEqual([true, before]);
  });

  it("reaches nothing else from inside: the table", async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => address);
    const innerAddress = await addressOn(gateway.proxy, gateway.network);
    const innerGateway = innerAddress.replace(/\.\d+$/, ".1");
    const { port } = listener;
    const rows: [string, string, string][] = [
      ...own.map((address): [string, string, string] => [
        `a listener on the Docker host, at ${address}`,
        `tcp ${address} ${port}`,
        "no way",
      ]),
      ["the same at the internet's gateway", `tcp ${addresses.wideGateway} ${port}`, "no way"],
      ["the same at the LAN's", `tcp ${addresses.lanGateway} ${port}`, "no way"],
      ["the same at its own network's", `tcp ${innerGateway} ${port}`, "no way"],
      ["the host's SSH, at its own network's", `tcp ${innerGateway} 22`, "no way"],
      ["a machine of the LAN", `tcp ${addresses.lanBox} 8080`, "no way"],
      ["a machine of the internet", `tcp ${addresses.providers} 443`, "no way"],
      ["a container of another Docker network, by name", `tcp ${providers} 443`, "no way"],
      ["the metadata service", "tcp 169.254.169.254 80", "no way"],
      ["a provider without Squid", "tcp api.openai.com 443", "no way"],
      ["a name of the internet", "name other.example", "no way"],
      ["a name that would carry words out", "name secret-words.attacker.example", "no way"],
      ["the provider, through Squid", "squid api.openai.com:443", "reached"],
      ["the model server of the LAN, through Squid", "squid models.lan:8080", "reached"],
      ["another port of the provider", "squid api.openai.com:8080", "refused"],
      ["another port of the model server", "squid models.lan:8081", "refused"],
      ["another name of the provider's machine", "squid other.example:443", "refused"],
      ["the provider by its address", `squid ${addresses.providers}:443`, "refused"],
      ["the model server by its address", `squid ${addresses.lanBox}:8080`, "refused"],
      ["a name below the provider's", "squid x.api.openai.com:443", "refused"],
      ["the provider by its name's absolute form", "squid api.openai.com.:443", "reached"],
      ["a provider whose name leads into the LAN", "squid api.anthropic.com:443", "refused"],
      ["the Docker host", `squid ${addresses.wideGateway}:${port}`, "refused"],
      ["Squid itself", `squid 127.0.0.1:${squidPort}`, "refused"],
      ["the metadata service", "squid 169.254.169.254:80", "refused"],
      ["the database", "squid mcp-litellm-postgres:5432", "refused"],
      ["the relay", "squid mcp-relay:20000", "refused"],
      ["a name that would carry words out", "squid secret-words.attacker.example:443", "refused"],
    ];
    const run = (container: string) =>
      dockerOk(
        ["exec", "-i", container, "python3", "-c", attempts.replace("SQUID", gateway.egress)],
        rows.map(([, attempt]) => attempt).join("\n"),
      );
    const seen = (await run(gateway.proxy)).split("\n");
    const table = rows.map(([what, attempt], at) => [what, attempt.split(" ")[0], seen[at]]);
    process.stdout.write(
      `${table.map(([what, how, result]) => `| ${what ?? ""} | ${how ?? ""} | ${result ?? ""} |`).join("\n")}\n`,
    );
    expect(table).toEqual(
      rows.map(([what, attempt, result]) => [what, attempt.split(" ")[0], result]),
    );
    expect(listener.heard).toBe(0);
    // The same from an ordinary network: what was not reached is there.
    const control = (await run(lanBox)).split("\n");
    const there = rows.filter((_row, at) => control[at] === "reached").map(([what]) => what);
    expect(there).toEqual(
      expect.arrayContaining([
        ...own.map((address) => `a listener on the Docker host, at ${address}`),
        "the same at the LAN's",
        "a machine of the LAN",
      ]),
    );
  });

  it("has no IPv6 but its own loopback's", async () => {
    const lines = await dockerOk(["exec", gateway.proxy, "cat", "/proc/net/if_inet6"]);
    expect(lines.split("\n").filter((line) => line !== "" && !/ lo$/.test(line))).toEqual([]);
  });

  it("nothing arrives without Squid", async () => {
    await dockerOk(["stop", "--time", "1", gateway.egress]);
    const before = [await asked(providers), await asked(lanBox)];
    for (const name of ["over-tls", "plain"])
      for (const path of ["/v1/chat/completions", "/v1/responses"]) {
        const [status] = await chat(name, path);
        expect([name, path, status >= 500]).toEqual([name, path, true]);
      }
    expect([await asked(providers), await asked(lanBox)]).toEqual(before);
    expect((await chat("gpt-4o-mock"))[0]).toBe(200);
  });
});
