import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { egressConfig } from "../../components/connectors/egress-config.ts";
import { configSchema } from "../../config/schema.ts";
import { docker, dockerOk, image, images, until } from "./docker.ts";

/** A web server on port 80, for IPv4 and IPv6. */
export const page = `
import http.server, socket
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a page")
class Both(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()
Both(("::", 80), Page).serve_forever()
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

/** The status with which a proxy answers on a network that it shares with whoever asks. */
export const askProxy = (
  network: string,
  proxy: string,
  kind: "get" | "connect",
  target: string,
): Promise<string> =>
  dockerOk([
    "run",
    "--rm",
    "--network",
    network,
    image(images.python),
    "python3",
    "-c",
    client,
    kind,
    proxy,
    target,
  ]);

/**
 * The egress proxy as `components/connectors/egress-proxy.ts` makes it, on its networks before it starts.
 * @param directory for its configuration; readable by every user
 */
export async function startSquid(
  name: string,
  directory: string,
  egress: Parameters<typeof egressConfig>[0],
  [inner = "", ...outer]: readonly string[],
): Promise<void> {
  writeFileSync(join(directory, `${name}.cfg`), egressConfig(egress), { mode: 0o644 });
  await dockerOk([
    "create",
    "--name",
    name,
    "--label",
    "mcp-gateway.test=true",
    "--network",
    inner,
    "--user",
    "13:13",
    "--cap-drop",
    "ALL",
    "--read-only",
    "--tmpfs",
    "/tmp:size=4m",
    "--memory",
    "128m",
    "--volume",
    `${directory}:/c:ro`,
    "--entrypoint",
    "squid",
    image(configSchema.parse({}).egressProxy.image),
    "-N",
    "-f",
    `/c/${name}.cfg`,
  ]);
  for (const one of outer) await dockerOk(["network", "connect", one, name]);
  await dockerOk(["start", name]);
  await until(name, 20, async () => {
    const ran = await docker(["exec", name, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3128"]);
    return ran.code === 0;
  });
}
