import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { applyHaproxy, haproxyInput } from "../../components/haproxy/live-config.ts";
import { type Upstream, relayFiles } from "../../components/relay/relay-config.ts";
import {
  describeWithDocker,
  dockerOk,
  image,
  images,
  network,
  published,
  removeAll,
  runOnce,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { exchange } from "../support/edge.ts";
import { scratch, sh } from "../support/shell.ts";

jest.setTimeout(120_000);

/** Two authorities, and a certificate of each for its own name. */
const certificates = `
set -e
for who in ours theirs; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$who" \\
    -keyout /made/$who-ca.key -out /made/$who-ca.pem
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$who.example" \\
    -keyout /made/$who.key -out /made/$who.csr
  printf 'subjectAltName=DNS:%s.example' "$who" >/made/$who.ext
  openssl x509 -req -in /made/$who.csr -CA /made/$who-ca.pem -CAkey /made/$who-ca.key \\
    -CAcreateserial -days 2 -extfile /made/$who.ext -out /made/$who.pem
done
chmod 644 /made/*`;

/** Says by what name it was asked; over TLS if it is told whose it is. */
const server = `
import http.server, ssl, sys
class Here(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.headers['Host']} {self.path}".encode()
        if self.path.startswith("/to?"):
            self.send_response(307); self.send_header("Location", self.path[4:])
            self.send_header("Content-Length", "0"); self.end_headers(); return
        if "x-mcp-gateway-relay" in self.headers: body = b"it was shown the secret"
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
here = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), Here)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"/made/{sys.argv[1]}.pem", f"/made/{sys.argv[1]}.key")
    here.socket = context.wrap_socket(here.socket, server_side=True)
here.serve_forever()`;

const secret = "what only LiteLLM has";

const upstream = (id: string, bind: number, host: string, tls: boolean): Upstream => ({
  id,
  alias: id,
  bind,
  host,
  port: 8443,
  calledAs: `${host}:8443`,
  elsewhere: { tls },
});
const upstreams = [
  upstream("ours", 20001, "ours.example", true),
  upstream("theirs", 20002, "theirs.example", true),
  upstream("misnamed", 20003, "misnamed.example", true),
  upstream("plain", 20004, "plain.example", false),
];

describeWithDocker("servers that run elsewhere, behind the relay", () => {
  const place = scratch();
  const directory = join(place.path, "relay");
  const names = Object.fromEntries(
    ["net", "relay", "ours", "theirs", "misnamed", "plain"].map((what) => [
      what,
      testName(what, "elsewhere"),
    ]),
  ) as Record<"net" | "relay" | "ours" | "theirs" | "misnamed" | "plain", string>;

  beforeAll(async () => {
    chmodSync(place.path, 0o755);
    const made = join(place.path, "made");
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
    await network(names.net);
    const on = (name: string) => ["--network", names.net, "--network-alias", `${name}.example`];
    for (const [name, args] of [
      ["ours", ["ours"]],
      ["theirs", ["theirs"]],
      ["misnamed", ["ours"]],
      ["plain", []],
    ] as const)
      await start(names[name], [
        ...on(name),
        ...volume,
        image(images.python),
        "python3",
        "-c",
        server,
        ...args,
      ]);
    const id = await dockerOk(["image", "inspect", "-f", "{{.Id}}", image(images.haproxy)]);
    const script = applyHaproxy({
      container: names.relay,
      directory,
      image: id,
      roots: true,
      networks: [names.net],
      owner: "99:99",
    });
    const files = relayFiles(upstreams, secret, readFileSync(join(made, "ours-ca.pem"), "utf8"));
    const applied = sh(script, haproxyInput(files));
    if (applied.code !== 0) throw new Error(applied.stderr);
    await start(names.relay, [
      "--network",
      names.net,
      "--user",
      "99:99",
      "--cap-drop",
      "ALL",
      "--read-only",
      ...upstreams.flatMap(({ bind }) => ["--publish", `127.0.0.1::${bind}`]),
      "--volume",
      `${directory}:/etc/mcp-gateway:ro`,
      image(images.haproxy),
      "haproxy",
      "-W",
      "-db",
      "-f",
      "/etc/mcp-gateway/current/haproxy.cfg",
    ]);
    await until(names.relay, 30, async () => (await ask("plain")).status === 200);
  }, 120_000);
  afterAll(async () => {
    const { net, ...containers } = names;
    await removeAll(Object.values(containers), [net]);
    place.remove();
  });

  async function ask(
    id: string,
    path = "/mcp?x=1",
    headers: Readonly<Record<string, string>> = { "x-mcp-gateway-relay": secret },
  ): Promise<{ status: number; text: string }> {
    const { bind } = upstreams.find((one) => one.id === id) ?? { bind: 0 };
    const answer = await fetch(`${await published(names.relay, bind)}${path}`, {
      headers,
      redirect: "manual",
    });
    return { status: answer.status, text: await answer.text() };
  }

  it("trusts the public authorities of its image, and the private one", () => {
    const roots = readFileSync(join(directory, "current", "roots.pem"), "utf8");
    expect(roots.split("-----BEGIN CERTIFICATE-----").length).toBeGreaterThan(50);
    expect(roots).toContain(readFileSync(join(directory, "current", "private.pem"), "utf8"));
  });

  it.each(["ours", "plain"])("%s: is asked by its own name, path and all", async (id) => {
    expect(await ask(id)).toEqual({ status: 200, text: `${id}.example:8443 /mcp?x=1` });
  });

  const refused =
    '{"error":{"message":"the relay takes requests from the gateway\\u0027s own LiteLLM alone","type":"mcp_gateway"}}';
  it.each([
    ["no secret", {}],
    ["an empty one", { "x-mcp-gateway-relay": "" }],
    ["another one", { "x-mcp-gateway-relay": `${secret}x` }],
    ["its hash", { "x-mcp-gateway-relay": createHash("sha256").update(secret).digest("hex") }],
    ["a key of the gateway's", { authorization: `Bearer ${secret}` }],
  ])("refuses who shows %s, and writes it down", async (_, headers) => {
    const before = (await refusals()).length;
    expect(await ask("plain", "/secret?s=1", headers)).toEqual({ status: 403, text: refused });
    await until(names.relay, 5, async () => (await refusals()).length > before);
    expect((await refusals()).at(-1)).toMatchObject({
      frontend: "plain",
      method: "GET",
      path: "/secret",
      status: 403,
      refused: "caller",
    });
  });

  it("refuses two secrets in one request, one of which is right", async () => {
    const { port } = new URL(await published(names.relay, 20004));
    const lines = ["GET /mcp HTTP/1.1", "Host: x", `x-mcp-gateway-relay: ${secret}`];
    const bytes = [...lines, "x-mcp-gateway-relay: no", "Connection: close", "", ""].join("\r\n");
    expect((await exchange(`http://127.0.0.1:${port}`, bytes)).status).toBe(403);
  });

  async function refusals(): Promise<Record<string, unknown>[]> {
    return (await dockerOk(["logs", names.relay]))
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ refused: reason }) => reason === "caller");
  }

  it.each([
    ["another server", "http://ours.example:8443/"],
    ["the relay's port of another connector", "http://mcp-relay:20001/mcp"],
    ["the same without a scheme", "//mcp-relay:20001/mcp"],
    ["with the other slash", "/\\mcp-relay:20001/mcp"],
    ["a name that only begins like its own", "http://plain.example:8443.evil/"],
    ["a name that is its own but for a dot", "http://plainxexample:8443/"],
    ["no place at all", "mcp"],
  ])("passes on no redirect to %s", async (_, location) => {
    const { status, text } = await ask("plain", `/to?${location}`);
    expect([status, text]).toEqual([
      502,
      '{"error":{"message":"the connector plain redirects to another place","type":"mcp_gateway"}}',
    ]);
  });

  it.each(["/mcp/", "http://plain.example:8443/mcp/", "https://plain.example:8443/mcp/"])(
    "passes on a redirect to %s, which is its own",
    async (location) => {
      const { bind } = upstreams.find(({ id }) => id === "plain") ?? { bind: 0 };
      const answer = await fetch(`${await published(names.relay, bind)}/to?${location}`, {
        headers: { "x-mcp-gateway-relay": secret },
        redirect: "manual",
      });
      expect([answer.status, answer.headers.get("location")]).toEqual([307, "/mcp/"]);
    },
  );

  it.each([
    ["theirs", "an authority that nobody trusts here"],
    ["misnamed", "a certificate of another name"],
  ])("%s: %s is answered by the relay alone", async (id) => {
    const { status, text } = await ask(id);
    expect([status, text]).toEqual([
      503,
      expect.stringContaining(`the connector ${id} does not answer`),
    ]);
  });
});
