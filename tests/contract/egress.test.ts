import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configSchema } from "../../components/config/schema.ts";
import { egressConfig } from "../../components/connectors/egress-config.ts";
import {
  describeWithDocker,
  docker,
  dockerOk,
  image,
  images,
  network,
  removeAll,
  start,
  testName,
  until,
} from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(120_000);

const page = `
import http.server, socketserver
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")
socketserver.ThreadingTCPServer.allow_reuse_address = True
http.server.ThreadingHTTPServer(("0.0.0.0", 80), Page).serve_forever()
`;

/** Asks the proxy for a URL, or for a tunnel, and prints the status. */
const client = `
import http.client, sys
kind, proxy, target = sys.argv[1:]
connection = http.client.HTTPConnection(proxy, 3128, timeout=10)
if kind == "get":
    connection.request("GET", target, headers={"Host": target.split("/")[2]})
else:
    connection.request("CONNECT", target)
print(connection.getresponse().status)
`;

// The addresses of a network here that are public ones elsewhere: the internet of this test.
const subnet = "44.128.78.0/24";

describeWithDocker("the egress proxy, the real one", () => {
  const wide = testName("wide");
  const inner = testName("inner");
  const lan = testName("lan");
  const names = ["open", "listed", "page", "evil", "lan-page"].map((what) => testName(what));
  const [open = "", listed = "", pages = "", evil = "", lanPage = ""] = names;
  const place = scratch();
  let lanAddress: string;

  beforeAll(async () => {
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
    await dockerOk(["network", "create", "--label", "mcp-gateway.test=true", "--internal", inner]);
    const python = [image(images.python), "python3", "-c", page];
    const aliases = ["--network-alias", "good.example", "--network-alias", "www.listed.example"];
    await start(pages, ["--network", wide, ...aliases, ...python]);
    // A name on the internet whose address is in the LAN.
    await start(lanPage, ["--network", lan, "--network-alias", "rebound.example", ...python]);
    await start(evil, ["--network", wide, "--network-alias", "notlisted.example", ...python]);
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    lanAddress = await dockerOk(["inspect", "--format", format, lanPage]);
    chmodSync(place.path, 0o755);
    const run = async (name: string, egress: Parameters<typeof egressConfig>[0]) => {
      writeFileSync(join(place.path, `${name}.cfg`), egressConfig(egress), { mode: 0o644 });
      await start(name, [
        ...["--network", inner, "--user", "13:13", "--cap-drop", "ALL", "--read-only"],
        ...["--tmpfs", "/tmp:size=4m", "--memory", "128m", "--volume", `${place.path}:/c:ro`],
        ...["--entrypoint", "squid", image(configSchema.parse({}).egressProxy.image)],
        ...["-N", "-f", `/c/${name}.cfg`],
      ]);
      for (const one of [wide, lan]) await dockerOk(["network", "connect", one, name]);
      await until(name, 20, async () => {
        const ran = await docker(["exec", name, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3128"]);
        return ran.code === 0;
      });
    };
    await run(open, { mode: "filtered", allow: ["*"], private: [] });
    await run(listed, {
      mode: "filtered",
      allow: [".listed.example"],
      private: [`${lanAddress}/32`],
    });
  });

  afterAll(async () => {
    await removeAll(names, [wide, inner, lan]);
    place.remove();
  });

  const ask = async (proxy: string, kind: "get" | "connect", target: string): Promise<string> =>
    dockerOk([
      ...["run", "--rm", "--network", inner, image(images.python)],
      ...["python3", "-c", client, kind, proxy, target],
    ]);

  it.each([
    ["a page of the internet", "get", "http://good.example/", "200"],
    ["by tunnel, on port 80 as well", "connect", "good.example:80", "200"],
    ["another port", "get", "http://good.example:8080/", "403"],
    ["a tunnel to another port", "connect", "good.example:22", "403"],
    ["the metadata service", "get", "http://169.254.169.254/latest/", "403"],
    // On a network without IPv6 Squid has no such rule, and no such way either: 503.
    ["its IPv6 address", "get", "http://[fd00:ec2::254]/", /^(403|503)$/],
    ["the same in IPv4-mapped form", "get", "http://[::ffff:169.254.169.254]/", "403"],
    ["in decimal", "get", "http://2852039166/", "403"],
    ["the proxy itself", "get", "http://127.0.0.1:80/", "403"],
    ["by name", "get", "http://localhost/", "403"],
    ["by no address", "get", "http://0.0.0.0/", "403"],
    ["a private network", "connect", "192.168.1.1:443", "403"],
    ["a name that leads into the LAN", "get", "http://rebound.example/", "403"],
    ["a name that nobody knows", "get", "http://nobody.example/", "403"],
    ["a tunnel to it", "connect", "rebound.example:443", "403"],
  ] as const)("anywhere: %s", async (_what, kind, target, status) => {
    expect(await ask(open, kind, target)).toMatch(status);
  });

  it("anywhere: the LAN by address", async () => {
    expect(await ask(open, "get", `http://${lanAddress}/`)).toBe("403");
  });

  it.each([
    ["a host of the list", "http://www.listed.example/", "200"],
    ["a host whose name only ends like it", "http://notlisted.example/", "403"],
    ["a host off the list", "http://good.example/", "403"],
    ["the private address that is excepted", "http://rebound.example/", "200"],
    ["another private one", "http://10.255.255.1/", "403"],
    ["an address instead of a name", "http://44.128.78.2/", "403"],
  ] as const)("a list: %s", async (_what, target, status) => {
    expect(await ask(listed, "get", target)).toBe(status);
  });

  it("from the inner network there is no other way", async () => {
    const direct = `
import socket
for host in ("${lanAddress}", "44.128.78.2", "good.example"):
    try:
        socket.create_connection((host, 80), 2).close()
        print("reached", host)
    except OSError:
        print("no")
`;
    expect(
      await dockerOk([
        ...["run", "--rm", "--network", inner, "--dns", "127.0.0.1", image(images.python)],
        ...["python3", "-c", direct],
      ]),
    ).toBe("no\nno\nno");
  });
});
