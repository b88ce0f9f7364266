/** A container's life, against a daemon that says what the test wants it to say. */
import { dockerPackage } from "../plugins/docker/package.ts";
import { type Package, type ResourceLogic, HalfMade } from "../plugins/provider.ts";
import { type Answer, type FakeDaemon, fakeDaemon } from "./fake-daemon.ts";
import { subject } from "./subject.ts";
import { LEAST } from "./least-container.ts";

const INSPECTION = {
  Id: "c1",
  Name: "/box",
  Image: "sha256:i",
  Platform: "linux",
  State: { Running: true, ExitCode: 0, Health: { Status: "healthy" } },
  Config: { Image: "i", Hostname: "h", User: "", WorkingDir: "", Tty: false, OpenStdin: false },
  HostConfig: {
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    LogConfig: { Type: "json-file" },
    Memory: 0,
    MemoryReservation: 0,
    MemorySwap: 0,
    ShmSize: 0,
    NanoCpus: 0,
    CpuShares: 0,
    AutoRemove: false,
    ReadonlyRootfs: false,
    Runtime: "runc",
    NetworkMode: "bridge",
    IpcMode: "private",
  },
  NetworkSettings: { Ports: {}, Networks: {} },
};

const CREATE = "POST /containers/create?name=box";

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
  daemon.answers = {
    "GET /images/i/json": [[200, { Id: "sha256:i", RepoDigests: [] }]],
    [CREATE]: [[201, { Id: "c1" }]],
    "POST /containers/c1/start": [[204, undefined]],
    "GET /containers/c1/json": [[200, INSPECTION]],
  };
});

function logic(type: string): Required<ResourceLogic> {
  const file = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return docker.resources[`docker:index/${file}:${type}`] as Required<ResourceLogic>;
}

async function failing(body: Promise<unknown>): Promise<HalfMade> {
  try {
    await body;
  } catch (error) {
    if (error instanceof HalfMade) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("a container", () => {
  const {
    create,
    read,
    update,
    delete: remove,
  } = {
    create: (...given: Parameters<ResourceLogic["create"]>) => logic("Container").create(...given),
    read: (id: string) => logic("Container").read(subject(), id, LEAST),
    update: (old: object, news: object) =>
      logic("Container").update(subject(), "c1", { ...LEAST, ...old }, { ...LEAST, ...news }),
    delete: (state: object) => logic("Container").delete(subject(), "c1", { ...LEAST, ...state }),
  };

  test("is furnished before it starts", async () => {
    daemon.answers["POST /networks/bridge/disconnect"] = [[200, undefined]];
    daemon.answers["POST /networks/net/connect"] = [[200, undefined]];
    daemon.answers["PUT /containers/c1/archive?path=%2F"] = [[200, undefined]];
    const made = await create(subject(), {
      ...LEAST,
      networksAdvanced: [{ name: "net", aliases: ["a"], ipv4Address: "10.0.0.9" }],
      uploads: [{ file: "/f", content: "x", executable: false }],
    });
    expect(daemon.asked).toEqual([
      "GET /images/i/json",
      CREATE,
      "POST /networks/bridge/disconnect",
      "POST /networks/net/connect",
      "PUT /containers/c1/archive?path=%2F",
      "POST /containers/c1/start",
      "GET /containers/c1/json",
    ]);
    expect(daemon.bodies["POST /networks/net/connect"]).toEqual({
      Container: "c1",
      EndpointConfig: { Aliases: ["a"], IPAMConfig: { IPv4Address: "10.0.0.9" } },
    });
    expect(made).toMatchObject({ id: "c1", outputs: { name: "box", hostname: "h" } });
  });

  test("whose name is taken leaves nothing behind", async () => {
    daemon.answers[CREATE] = [
      [409, { message: 'Conflict. The container name "/box" is already in use' }],
    ];
    await expect(create(subject(), LEAST)).rejects.toThrow(
      'Unable to create container: Error response from daemon: Conflict. The container name "/box"',
    );
    await expect(create(subject(), LEAST)).rejects.not.toBeInstanceOf(HalfMade);
  });

  test("that can't start stays, half made", async () => {
    daemon.answers["POST /containers/c1/start"] = [[500, { message: "address already in use" }]];
    const error = await failing(create(subject(), LEAST));
    expect(error.message).toBe(
      "Unable to start container: Error response from daemon: address already in use",
    );
    expect(error).toMatchObject({ id: "c1", outputs: LEAST });
    expect(daemon.asked.filter((call) => call.startsWith("DELETE"))).toEqual([]);
  });

  test("is waited for until it is healthy, and no longer than told", async () => {
    const starting = {
      ...INSPECTION,
      State: { ...INSPECTION.State, Health: { Status: "starting" } },
    };
    daemon.answers["GET /containers/c1/json"] = [
      [200, starting],
      [200, INSPECTION],
    ];
    const made = await create(subject(), { ...LEAST, wait: true, waitTimeout: 10 });
    expect(made.id).toBe("c1");
    daemon.answers["GET /containers/c1/json"] = [[200, starting]];
    const error = await failing(create(subject(), { ...LEAST, wait: true, waitTimeout: 1 }));
    expect(error.message).toBe("container failed to be in healthy state");
  });

  test("without a healthcheck can't be waited for", async () => {
    const State = { Running: true, ExitCode: 0 };
    daemon.answers["GET /containers/c1/json"] = [[200, { ...INSPECTION, State }]];
    const error = await failing(create(subject(), { ...LEAST, wait: true }));
    expect(error.message).toContain("the container does not have a healthcheck defined");
  });

  test("that start: false keeps from starting", async () => {
    await create(subject(), { ...LEAST, start: false, wait: true });
    expect(daemon.asked).toEqual(["GET /images/i/json", CREATE, "GET /containers/c1/json"]);
  });

  test("is gone only when the daemon says so", async () => {
    daemon.answers["GET /containers/gone/json"] = [[404, { message: "No such container" }]];
    daemon.answers["GET /containers/odd/json"] = [[500, { message: "disk on fire" }]];
    expect(await read("gone")).toBeUndefined();
    await expect(read("odd")).rejects.toThrow("Error response from daemon: disk on fire");
  });

  test("keeps the old healthcheck though the state says the new one", async () => {
    const outputs = await update({ init: false }, { init: true, tmpfs: { "/run": "" } });
    expect(daemon.asked).toEqual([]);
    expect(outputs).toMatchObject({ init: true, tmpfs: { "/run": "" } });
  });

  test("is given new limits on the fly", async () => {
    daemon.answers["POST /containers/c1/update"] = [[200, {}]];
    const outputs = await update({ memory: 64, hostname: "h" }, { restart: "always" });
    expect(daemon.bodies["POST /containers/c1/update"]).toEqual({
      RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
      CpuShares: 0,
      Memory: 0,
      MemoryReservation: 0,
      MemorySwap: 0,
    });
    expect(outputs).toEqual({ ...LEAST, restart: "always", hostname: "h" });
  });

  test("that was found stopped is started", async () => {
    await update({ mustRun: false }, {});
    expect(daemon.asked).toEqual(["POST /containers/c1/start"]);
  });

  test.each([
    [{}, "t=0", "v=true&force=true", "not-running"],
    [
      { destroyGraceSeconds: 30, removeVolumes: false, rm: true },
      "t=30",
      "v=false&force=true",
      "removed",
    ],
  ])("with %j is stopped with %s and removed with %s", async (state, stop, query, condition) => {
    daemon.answers[`POST /containers/c1/stop?${stop}`] = [[204, undefined]];
    daemon.answers[`DELETE /containers/c1?${query}`] = [[204, undefined]];
    daemon.answers[`POST /containers/c1/wait?condition=${condition}`] = [
      [404, { message: "No such container: c1" }],
    ];
    await remove(state);
    expect(daemon.asked).toEqual(Object.keys(daemon.answers).slice(-3));
  });

  test("that is gone already is removed", async () => {
    const gone: Answer[] = [[404, { message: "No such container: c1" }]];
    daemon.answers["POST /containers/c1/stop?t=0"] = gone;
    daemon.answers["DELETE /containers/c1?v=true&force=true"] = gone;
    daemon.answers["POST /containers/c1/wait?condition=not-running"] = gone;
    await expect(remove({})).resolves.toBeUndefined();
  });
});
