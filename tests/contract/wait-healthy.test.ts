import { hostScript } from "../../components/shell/script.ts";
import {
  describeWithDocker,
  dockerOk,
  image,
  images,
  removeAll,
  testName,
} from "../support/docker.ts";
import { sh } from "../support/shell.ts";

jest.setTimeout(60_000);

describeWithDocker("wait-healthy.sh on a real engine", () => {
  const name = testName("created");
  afterAll(async () => {
    await removeAll([name], []);
  });

  // A cable that is pulled between the two leaves it so, and Docker knows no health of it.
  it("starts a container that was made and never started", async () => {
    await dockerOk([
      "create",
      "--name",
      name,
      "--health-cmd",
      "true",
      "--health-interval",
      "60s",
      image(images.python),
      "sleep",
      "60",
    ]);
    const variables = {
      CONTAINERS: name,
      CONTAINER_IDS: "",
      SECONDS_ALLOWED: "20",
      PIDS_LIMIT: "77",
    };
    expect(sh(hostScript("containers/wait-healthy.sh", variables))).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await dockerOk(["inspect", "-f", "{{.State.Status}}", name])).toContain("running");
    const limit = ["inspect", "-f", "{{.HostConfig.PidsLimit}}", name];
    expect(await dockerOk(limit)).toBe("77");
    await dockerOk(["restart", "--time", "0", name]);
    expect(await dockerOk(limit)).toBe("77");
    const held = "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null || true";
    expect(await dockerOk(["exec", name, "sh", "-c", held])).toBe("77");
  });
});
