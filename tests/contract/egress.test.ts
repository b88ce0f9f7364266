import { chmodSync } from "node:fs";
import {
  describeWithDocker,
  dockerOk,
  image,
  images,
  network,
  removeAll,
  start,
  testName,
} from "../support/docker.ts";
import { scratch } from "../support/shell.ts";
import { askProxy, page, startSquid } from "../support/squid.ts";

jest.setTimeout(120_000);

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
    const run = (name: string, egress: Parameters<typeof startSquid>[2]) =>
      startSquid(name, place.path, egress, [inner, wide, lan]);
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

  const ask = (proxy: string, kind: "get" | "connect", target: string): Promise<string> =>
    askProxy(inner, proxy, kind, target);

  it.each([
    ["a page of the internet", "get", "http://good.example/", "200"],
    ["by tunnel, on port 80 as well", "connect", "good.example:80", "200"],
    ["another port", "get", "http://good.example:8080/", "403"],
    ["a tunnel to another port", "connect", "good.example:22", "403"],
    ["the metadata service", "get", "http://169.254.169.254/latest/", "403"],
    // On a network without IPv6 Squid has no such rule, and no such way either.
    ["its IPv6 address", "get", "http://[fd00:ec2::254]/", "503"],
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
    expect(await ask(open, kind, target)).toBe(status);
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
        "run",
        "--rm",
        "--network",
        inner,
        "--dns",
        "127.0.0.1",
        image(images.python),
        "python3",
        "-c",
        direct,
      ]),
    ).toBe("no\nno\nno");
  });
});
