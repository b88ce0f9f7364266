/** Images, volumes and networks, against a daemon that says what the test wants it to say. */
import { dockerPackage } from "../plugins/docker/package.ts";
import type { Package, ResourceLogic } from "../plugins/provider.ts";
import { type Answer, type FakeDaemon, fakeDaemon } from "./fake-daemon.ts";
import { subject } from "./subject.ts";

let daemon: FakeDaemon;
let docker: Package;

beforeAll(async () => {
  daemon = await fakeDaemon();
  docker = dockerPackage();
  docker.configure?.({ host: daemon.host });
});

afterAll(() => {
  daemon.close();
});

beforeEach(() => {
  daemon.reset();
});

function logic(type: string): Required<ResourceLogic> {
  const file = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return docker.resources[`docker:index/${file}:${type}`] as Required<ResourceLogic>;
}

describe("an image", () => {
  const name = "h:5000/a:1@sha256:d";
  const LOCAL = `GET /images/${name}/json`;
  const PULL = "POST /images/create?fromImage=h%3A5000%2Fa&tag=sha256%3Ad";
  const present: Answer = [200, { Id: "sha256:i", RepoDigests: ["h:5000/a@sha256:d"] }];
  const missing: Answer = [404, { message: "No such image" }];

  test("that is there is not pulled", async () => {
    daemon.answers[LOCAL] = [present];
    const made = await logic("RemoteImage").create(subject(), { name });
    expect(made).toEqual({
      id: `sha256:i${name}`,
      outputs: { name, imageId: "sha256:i", repoDigest: "h:5000/a@sha256:d" },
    });
    expect(daemon.asked).toEqual([LOCAL]);
  });

  test("that is missing is pulled", async () => {
    daemon.answers[LOCAL] = [missing, present];
    daemon.answers[PULL] = [[200, { status: "done" }]];
    await logic("RemoteImage").create(subject(), { name });
    expect(daemon.asked).toEqual([LOCAL, PULL, LOCAL]);
  });

  test("that can't be pulled: the daemon's words, or none if it told within the stream", async () => {
    daemon.answers[LOCAL] = [missing];
    daemon.answers[PULL] = [[500, { message: "connection refused" }]];
    await expect(logic("RemoteImage").create(subject(), { name })).rejects.toThrow(
      `Unable to read Docker image into resource: unable to pull image ${name}: error pulling image ` +
        `${name}: Error response from daemon: connection refused`,
    );
    daemon.answers[PULL] = [[200, { error: "no space left on device" }]];
    await expect(logic("RemoteImage").create(subject(), { name })).rejects.toThrow(
      `Unable to read Docker image into resource: unable to find or pull image ${name}`,
    );
  });

  test("is removed unless it is kept locally", async () => {
    const remove = (state: object) =>
      logic("RemoteImage").delete(subject(), "id", { name, ...state });
    await remove({ keepLocally: true });
    expect(daemon.asked).toEqual([]);
    daemon.answers[LOCAL] = [present];
    daemon.answers[`DELETE /images/${name}?force=false`] = [
      [409, { message: "image is being used" }],
    ];
    await expect(remove({})).rejects.toThrow(
      "Unable to remove Docker image: Error response from daemon: image is being used",
    );
  });
});

describe("a volume", () => {
  const found = { Name: "v", Driver: "local", Mountpoint: "/m", Labels: { a: "b" }, Options: null };

  test("that exists is adopted with the labels that it has", async () => {
    daemon.answers["POST /volumes/create"] = [[201, found]];
    const labels = [{ label: "mine", value: "x" }];
    const made = await logic("Volume").create(subject(), { name: "v", labels });
    expect(daemon.bodies["POST /volumes/create"]).toEqual({ Name: "v", Labels: { mine: "x" } });
    expect(made.outputs["labels"]).toEqual([{ label: "a", value: "b" }]);
  });

  test("in use is tried again", async () => {
    const busy: Answer = [409, { message: "remove v: volume is in use - [c1]" }];
    daemon.answers["DELETE /volumes/v?force=true"] = [busy, [204, undefined]];
    await logic("Volume").delete(subject(), "v", {});
    expect(daemon.asked).toHaveLength(2);
  });
});

describe("a network", () => {
  const found = {
    Id: "n1",
    Name: "net",
    Driver: "bridge",
    Scope: "local",
    Internal: false,
    Attachable: false,
    EnableIPv6: false,
    Options: {},
    Labels: null,
    IPAM: { Config: [{ Subnet: "10.9.0.0/24", Gateway: "10.9.0.1" }] },
    Containers: {
      c1: { Name: "box", EndpointID: "e", MacAddress: "m", IPv4Address: "4", IPv6Address: "6" },
    },
  };

  test("is created with its options and addresses, and read back with them", async () => {
    const Options = { "com.docker.network.bridge.inhibit_ipv4": "true" };
    daemon.answers["POST /networks/create"] = [[201, { Id: "n1" }]];
    daemon.answers["GET /networks/n1"] = [[200, { ...found, Internal: true, Options }]];
    const ipamConfigs = [{ subnet: "10.9.0.0/24", gateway: "10.9.0.1" }];
    const inputs = { name: "net", internal: true, options: Options, ipamConfigs };
    const made = await logic("Network").create(subject(), inputs);
    expect(daemon.bodies["POST /networks/create"]).toMatchObject({
      Internal: true,
      Options,
      IPAM: { Config: [{ Subnet: "10.9.0.0/24", Gateway: "10.9.0.1" }] },
    });
    expect(made).toMatchObject({ outputs: inputs });
  });

  test("is created with a check for its name", async () => {
    daemon.answers["POST /networks/create"] = [[201, { Id: "n1" }]];
    daemon.answers["GET /networks/n1"] = [[200, found]];
    const ipamConfigs = [{ subnet: "10.9.0.0/24" }];
    const made = await logic("Network").create(subject(), { name: "net", ipamConfigs });
    expect(daemon.bodies["POST /networks/create"]).toMatchObject({
      CheckDuplicate: true,
      IPAM: { Config: [{ Subnet: "10.9.0.0/24" }] },
    });
    // With what the daemon has chosen: the program did not say which gateway.
    expect(made).toMatchObject({
      id: "n1",
      outputs: {
        name: "net",
        driver: "bridge",
        labels: [],
        options: {},
        internal: false,
        ipamConfigs: [{ subnet: "10.9.0.0/24", gateway: "10.9.0.1" }],
      },
    });
    daemon.answers["POST /networks/create"] = [
      [409, { message: "network with name net already exists" }],
    ];
    await expect(logic("Network").create(subject(), { name: "net" })).rejects.toThrow(
      "Unable to create network: Error response from daemon: network with name net already exists",
    );
  });

  test("is looked up, with what is in it", async () => {
    daemon.answers["GET /networks/net"] = [[200, found]];
    const getNetwork = docker.functions?.["docker:index/getNetwork:getNetwork"];
    expect(await getNetwork?.({ name: "net" })).toMatchObject({
      id: "n1",
      ipamConfigs: [{ subnet: "10.9.0.0/24", gateway: "10.9.0.1" }],
      containers: [{ containerId: "c1", name: "box", ipv4Address: "4" }],
    });
    daemon.answers["GET /networks/no"] = [[404, { message: "network no not found" }]];
    await expect(getNetwork?.({ name: "no" })).rejects.toThrow(
      "Could not find docker network: Error response from daemon: network no not found",
    );
  });

  test("is not gone because nobody answers at all, although any failed look says so", async () => {
    daemon.answers["GET /networks/n1"] = [[500, { message: "broken" }]];
    expect(await logic("Network").read(subject(), "n1", {})).toBeUndefined();
    const offline = dockerPackage();
    offline.configure?.({ host: "unix:///nowhere/docker.sock" });
    const { read } = offline.resources["docker:index/network:Network"] as Required<ResourceLogic>;
    await expect(read(subject(), "n1", {})).rejects.toThrow("Error pinging Docker server");
  });

  test("with containers in it is tried again", async () => {
    daemon.answers["GET /networks/n1"] = [[200, found]];
    const busy: Answer = [403, { message: "network net has active endpoints" }];
    daemon.answers["DELETE /networks/n1"] = [busy, [204, undefined]];
    await logic("Network").delete(subject(), "n1", {});
    expect(daemon.asked.filter((call) => call.startsWith("DELETE"))).toHaveLength(2);
  });
});

test("no daemon: the address is named", async () => {
  const none = dockerPackage();
  none.configure?.({ host: "unix:///no/such.sock" });
  const getNetwork = none.functions?.["docker:index/getNetwork:getNetwork"];
  await expect(getNetwork?.({ name: "net" })).rejects.toThrow(
    "please make sure that unix:///no/such.sock is reachable and has a  '_ping' endpoint. Error: " +
      "Cannot connect to the Docker daemon at unix:///no/such.sock. Is the docker daemon running?",
  );
  none.configure?.({ host: "tcp://h:1" });
  await expect(getNetwork?.({ name: "net" })).rejects.toThrow(
    "tcp:// hosts: this stand-in does not",
  );
});
