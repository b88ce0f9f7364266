import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { haproxyConfig } from "../../components/edge/haproxy-config.ts";
import { describeWithDocker, image, images, runOnce } from "../support/docker.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(60_000);

describeWithDocker("HAProxy, the real one", () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });
  const check = (config: string) => {
    chmodSync(place.path, 0o755);
    writeFileSync(join(place.path, "haproxy.cfg"), config, { mode: 0o644 });
    return runOnce([
      ...["--network", "none", "--user", "99:99", "--cap-drop", "ALL", "--read-only"],
      ...["--volume", `${place.path}:/etc/mcp-gateway:ro`, image(images.haproxy)],
      ...["haproxy", "-c", "-f", "/etc/mcp-gateway/haproxy.cfg"],
    ]);
  };

  it("takes the rendered configuration without a warning", async () => {
    const ran = await check(haproxyConfig());
    expect([ran.code, ran.stderr.match(/\[(WARNING|ALERT)\].*/g) ?? []]).toEqual([0, []]);
  });

  it("would have refused a bad one", async () => {
    const ran = await check(haproxyConfig().replace("mode http", "mode htpt"));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("[ALERT]");
  });
});
