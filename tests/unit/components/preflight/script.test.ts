/** `preflight.sh` itself, with a docker command that answers as told. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HostFacts, parseFacts } from "../../../../components/preflight/host-facts.ts";
import { hostScript } from "../../../../components/shell/script.ts";
import { scratchForEach, sh, withDocker } from "../../../support/shell.ts";

const place = scratchForEach();

function look(docker: string): HostFacts {
  const script = hostScript("preflight/preflight.sh", {
    IMAGES: "here:1 there:1 nowhere:1",
    VOLUME: "data",
    CONFIG: join(place.path, "config", "deep"),
    SECRETS: join(place.path, "secrets"),
  });
  const ran = sh(script, "", withDocker(place.path, docker));
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  return parseFacts(ran.stdout);
}

const engine = `case "$*" in
  "ps -a --format "*ports*|"ps -a --format "*Ports*) printf 'web\\t\\t0.0.0.0:80->80/tcp\\nmcp-edge\\t/srv/config\\t\\n' ;;
  "ps -a --filter volume=data"*) printf 'user\\tother\\t\\n' ;;
  "info "*) printf '19.03.1\\t/\\n' ;;
  "network ls -q") echo id1 id2 ;;
  "network inspect -f "*" id1 id2") printf 'subnet\\tshop\\t172.30.0.0/16 fd00::/64 \\nsubnet\\thost\\t\\n' ;;
  "network ls "*) printf 'network\\tshop\\tshop\\n' ;;
  "volume ls "*) printf 'volume\\tdata\\t\\n' ;;
  "image inspect here:1") ;;
  "image inspect "*) exit 1 ;;
  "manifest inspect --insecure there:1") echo '{}' ;;
  "manifest inspect "*) echo 'warning' >&2; echo 'no such manifest' >&2; exit 1 ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac`;

it("brings back what findings are made of", () => {
  mkdirSync(join(place.path, "secrets"), { mode: 0o755 });
  const facts = look(engine);
  expect(facts).toMatchObject({
    engine: "answers",
    engineVersion: "19.03.1",
    containers: [
      { name: "web", files: "", ports: "0.0.0.0:80->80/tcp" },
      { name: "mcp-edge", files: "/srv/config", ports: "" },
    ],
    ownedNetworks: [{ name: "shop", project: "shop" }],
    subnets: [{ name: "shop", subnet: "172.30.0.0/16" }],
    volumes: [{ name: "data", project: "" }],
    volumeUsers: [{ name: "other", files: "" }],
    missingImages: [{ image: "nowhere:1", reason: "no such manifest" }],
    toPull: ["there:1"],
    directories: [
      {
        what: "config",
        path: join(place.path, "config", "deep"),
        there: place.path,
        mode: "700",
        mayWrite: true,
      },
      {
        what: "secrets",
        path: join(place.path, "secrets"),
        there: join(place.path, "secrets"),
        mode: "755",
        mayWrite: true,
      },
    ],
  });
  expect(facts.disks.map(({ what, path }) => [what, path])).toEqual([
    ["config", place.path],
    ["secrets", join(place.path, "secrets")],
    ["docker", "/"],
  ]);
  expect(Math.min(facts.memoryMb, facts.memoryFreeMb, facts.clock)).toBeGreaterThan(0);
  expect(Math.abs(facts.clock - Date.now() / 1000)).toBeLessThan(30);
  // It only looks.
  expect(existsSync(join(place.path, "config"))).toBe(false);
});

it.each([
  ["permission denied while trying to connect", "denied"],
  ["Cannot connect to the Docker daemon", "no-engine"],
])("tells why Docker does not answer: %s", (said, expected) => {
  const facts = look(`echo "Got ${said}" >&2; exit 1`);
  expect(facts.engine).toBe(expected);
  expect(facts.directories).toHaveLength(2);
});

it("tells routes without the default one, of whatever kind", () => {
  const ip = join(place.path, "ip");
  const lines = [
    "default via 192.0.2.1 dev eth0",
    "10.0.0.0/8 via 10.9.0.1 dev tun0 proto static metric 50",
    "10.8.0.1 dev wg0 scope link",
    "blackhole 10.5.0.0/16",
    "172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown",
  ];
  writeFileSync(ip, `#!/bin/sh\ncat <<'EOF'\n${lines.join("\n")}\nEOF\n`, { mode: 0o755 });
  expect(look(engine).routes).toEqual([
    { to: "10.0.0.0/8", by: "tun0" },
    { to: "10.8.0.1", by: "wg0" },
    { to: "10.5.0.0/16", by: "" },
    { to: "172.17.0.0/16", by: "docker0" },
  ]);
});
