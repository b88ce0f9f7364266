import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { edgeFiles } from "../../components/edge/maps.ts";
import { describeWithDocker, image, images, runOnce } from "../support/docker.ts";
import { edgeModel } from "../support/edge-model.ts";
import { scratch } from "../support/shell.ts";

jest.setTimeout(60_000);

describeWithDocker("HAProxy, the real one", () => {
  const place = scratch();
  afterAll(() => {
    place.remove();
  });
  const check = (model: ReturnType<typeof edgeModel>) => {
    chmodSync(place.path, 0o755);
    mkdirSync(join(place.path, "current"), { recursive: true });
    const files = [...edgeFiles(model, []), { name: "admin.lst", content: "127.0.0.1\n" }];
    for (const { name, content } of files)
      writeFileSync(join(place.path, "current", name), content, { mode: 0o644 });
    return runOnce([
      "--network",
      "none",
      "--user",
      "99:99",
      "--cap-drop",
      "ALL",
      "--read-only",
      "--volume",
      `${place.path}:/etc/mcp-gateway:ro`,
      image(images.haproxy),
      "haproxy",
      "-c",
      "-f",
      "/etc/mcp-gateway/current/haproxy.cfg",
    ]);
  };

  it.each([{}, { adminPort: 4001 }])(
    "takes the rendered configuration without a warning, gateway %j",
    async (gateway) => {
      const ran = await check(edgeModel({}, gateway));
      expect([ran.code, ran.stderr.match(/\[(WARNING|ALERT)\].*/g) ?? []]).toEqual([0, []]);
    },
  );

  it("would have refused a bad one", async () => {
    const ran = await check(edgeModel({ sources: ["10.0.0.0/64"] }));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("[ALERT]");
  });
});
