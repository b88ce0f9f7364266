import { chmodSync } from "node:fs";
import {
  describeWithDocker,
  dockerOk,
  image,
  images,
  removeAll,
  start,
  testName,
} from "../support/docker.ts";
import { scratch } from "../support/shell.ts";
import { askProxy, page, startSquid } from "../support/squid.ts";

jest.setTimeout(120_000);

const made = ["network", "create", "--label", "mcp-gateway.test=true"];
// Public addresses elsewhere, in both families: the internet of this test.
const internet = ["--ipv6", "--subnet", "2a0b:dead:beef::/64", "--subnet", "44.128.79.0/24"];
const local = ["--ipv6", "--subnet", "fd00:dead:beef::/64"];

describeWithDocker("the egress proxy where Docker's networks have IPv6", () => {
  const [wide, inner, lan] = [testName("wide6"), testName("inner6"), testName("lan6")];
  const names = ["open6", "listed6", "late6", "page6", "lan-page6"].map((what) => testName(what));
  const [open = "", listed = "", late = "", pages = "", lanPage = ""] = names;
  const place = scratch();
  let addresses: { readonly page: string; readonly lan: string };

  beforeAll(async () => {
    await dockerOk([...made, ...internet, wide]);
    await dockerOk([...made, ...local, lan]);
    await dockerOk([...made, "--internal", inner]);
    const python = [image(images.python), "python3", "-c", page];
    await start(pages, ["--network", wide, "--network-alias", "good.example", ...python]);
    await start(lanPage, ["--network", lan, "--network-alias", "rebound.example", ...python]);
    const format = "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}";
    addresses = {
      page: await dockerOk(["inspect", "--format", format, pages]),
      lan: await dockerOk(["inspect", "--format", format, lanPage]),
    };
    chmodSync(place.path, 0o755);
    const anywhere = { mode: "filtered", allow: ["*"], private: [] } as const;
    await startSquid(open, place.path, anywhere, [inner, wide, lan]);
    const list = { mode: "filtered", allow: [".listed.example"], private: [] } as const;
    await startSquid(listed, place.path, list, [inner, wide, lan]);
    await startSquid(late, place.path, anywhere, [inner]);
    for (const one of [wide, lan]) await dockerOk(["network", "connect", one, late]);
  });

  afterAll(async () => {
    await removeAll(names, [wide, inner, lan]);
    place.remove();
  });

  const ask = (proxy: string, host: string) => askProxy(inner, proxy, "get", `http://${host}/`);

  it("reaches the internet by IPv6, by name and by address", async () => {
    expect(await ask(open, "good.example")).toBe("200");
    expect(await ask(open, `[${addresses.page}]`)).toBe("200");
  });

  it("does not reach the LAN, by name or by address", async () => {
    expect(await ask(open, "rebound.example")).toBe("403");
    expect(await ask(open, `[${addresses.lan}]`)).toBe("403");
  });

  it.each([
    ["the metadata service", "fd00:ec2::254"],
    ["the proxy itself", "::1"],
    ["by no address", "::"],
    ["the link", "fe80::1"],
    ["site-local", "fec0::1"],
    ["every node of the link", "ff02::1"],
    ["IPv4-mapped", "::ffff:169.254.169.254"],
    ["IPv4-compatible", "::169.254.169.254"],
    ["IPv4-translated", "::ffff:0:169.254.169.254"],
    ["NAT64", "64:ff9b::169.254.169.254"],
    ["a NAT64 of one's own", "64:ff9b:1::a9fe:a9fe"],
    ["6to4", "2002:a9fe:a9fe::1"],
    ["Teredo", "2001:0:a9fe:a9fe::1"],
    ["documentation", "3fff::1"],
    ["segment routing", "5f00::1"],
    ["discard-only", "100::1"],
  ])("does not reach %s", async (_what, address) => {
    expect(await ask(open, `[${address}]`)).toBe("403");
  });

  it("keeps to its list", async () => {
    expect(await ask(listed, "good.example")).toBe("403");
    expect(await ask(listed, `[${addresses.page}]`)).toBe("403");
  });

  it("has no way by IPv6 when it gets a network with it only later: it has no rules for it then", async () => {
    expect(await ask(late, `[${addresses.lan}]`)).toBe("503");
    expect(await ask(late, `[${addresses.page}]`)).toBe("503");
    expect(await ask(late, "rebound.example")).toBe("403");
  });
});
