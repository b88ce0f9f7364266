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
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers()
        self.wfile.write(body)
here = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), Here)
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"/made/{sys.argv[1]}.pem", f"/made/{sys.argv[1]}.key")
    here.socket = context.wrap_socket(here.socket, server_side=True)
here.serve_forever()`;

const upstream = (id: string, bind: number, host: string, tls: boolean): Upstream => ({
  ...{ id, alias: id, bind, host, port: 8443, calledAs: `${host}:8443`, elsewhere: { tls } },
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
      ...["--user", "0:0", "--entrypoint", "sh", ...volume, image(images.haproxy)],
      ...["-c", certificates],
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
        ...[...on(name), ...volume, image(images.python), "python3", "-c", server, ...args],
      ]);
    const id = await dockerOk(["image", "inspect", "-f", "{{.Id}}", image(images.haproxy)]);
    const script = applyHaproxy({
      ...{ container: names.relay, directory, image: id, roots: true },
      ...{ networks: [names.net], owner: "99:99" },
    });
    const files = relayFiles(upstreams, readFileSync(join(made, "ours-ca.pem"), "utf8"));
    const applied = sh(script, haproxyInput(files));
    if (applied.code !== 0) throw new Error(applied.stderr);
    await start(names.relay, [
      ...["--network", names.net, "--user", "99:99", "--cap-drop", "ALL", "--read-only"],
      ...upstreams.flatMap(({ bind }) => ["--publish", `127.0.0.1::${bind}`]),
      ...["--volume", `${directory}:/etc/mcp-gateway:ro`, image(images.haproxy)],
      ...["haproxy", "-W", "-db", "-f", "/etc/mcp-gateway/current/haproxy.cfg"],
    ]);
    await until(names.relay, 30, async () => (await ask("plain")).status === 200);
  }, 120_000);
  afterAll(async () => {
    const { net, ...containers } = names;
    await removeAll(Object.values(containers), [net]);
    place.remove();
  });

  async function ask(id: string): Promise<{ status: number; text: string }> {
    const { bind } = upstreams.find((one) => one.id === id) ?? { bind: 0 };
    const answer = await fetch(`${await published(names.relay, bind)}/mcp?x=1`);
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
