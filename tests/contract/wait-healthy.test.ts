import { hostScript } from "../../components/host/host-script.ts";
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
      ...["create", "--name", name, "--health-cmd", "true", "--health-interval", "60s"],
      ...[image(images.python), "sleep", "60"],
    ]);
    const variables = { CONTAINERS: name, CONTAINER_IDS: "", SECONDS_ALLOWED: "20" };
    expect(sh(hostScript("wait-healthy.sh", variables))).toEqual({
      ...{ code: 0, stdout: "", stderr: "" },
    });
    expect(await dockerOk(["inspect", "-f", "{{.State.Status}}", name])).toContain("running");
  });
});
