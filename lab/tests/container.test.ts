/** A container on its way to the daemon and back, without a daemon. */
import { createRequest, updateRequest } from "../plugins/docker/container-request.ts";
import { printCpus, stateOf } from "../plugins/docker/container-state.ts";
import type { Inspection } from "../plugins/docker/container-types.ts";
import { LEAST } from "./least-container.ts";

test("a container that asks for everything", () => {
  const request = createRequest({
    ...LEAST,
    capabilities: { adds: ["CAP_KILL"], drops: ["ALL", "ALL"] },
    command: ["serve"],
    cpuPeriod: 7,
    cpuShares: 512,
    cpus: "1.5",
    dns: ["10.0.0.2"],
    dnsOpts: ["timeout:1"],
    entrypoints: ["/bin/app"],
    envs: ["A=1", "B=2", "A=1"],
    groupAdds: ["1001"],
    healthcheck: {
      tests: ["CMD", "probe"],
      interval: "1m30s",
      timeout: "500ms",
      startPeriod: "0s",
      startInterval: "2s",
      retries: 3,
    },
    hostname: "boxy",
    hosts: [{ host: "db", ip: "10.0.0.3" }],
    init: true,
    labels: [{ label: "l", value: "v" }],
    logDriver: "json-file",
    logOpts: { "max-size": "1m" },
    maxRetryCount: 4,
    memory: 64,
    memoryReservation: 32,
    memorySwap: -1,
    mounts: [
      { type: "volume", source: "data", target: "/data", readOnly: true },
      { type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 1024, mode: 448 } },
    ],
    ports: [
      { internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 80, external: 8081, ip: "0.0.0.0", protocol: "tcp" },
      { internal: 53, ip: "0.0.0.0", protocol: "udp" },
    ],
    readOnly: true,
    restart: "on-failure",
    securityOpts: ["no-new-privileges:true"],
    shmSize: 64,
    stopSignal: "SIGINT",
    stopTimeout: 9,
    sysctls: { "net.core.somaxconn": "512" },
    tmpfs: { "/run": "size=1m" },
    ulimits: [{ name: "nofile", soft: 1, hard: 2 }],
    user: "1000:1000",
    workingDir: "/srv",
  });
  expect(JSON.parse(JSON.stringify(request))).toEqual({
    Image: "i",
    Hostname: "boxy",
    StopSignal: "SIGINT",
    StopTimeout: 9,
    Env: ["A=1", "B=2"],
    Cmd: ["serve"],
    Entrypoint: ["/bin/app"],
    User: "1000:1000",
    ExposedPorts: { "80/tcp": {}, "53/udp": {} },
    WorkingDir: "/srv",
    Labels: { l: "v" },
    Healthcheck: {
      Test: ["CMD", "probe"],
      Interval: 90e9,
      Timeout: 0.5e9,
      StartPeriod: 0,
      StartInterval: 2e9,
      Retries: 3,
    },
    HostConfig: {
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 4 },
      Mounts: [
        { Type: "volume", Source: "data", Target: "/data", ReadOnly: true },
        {
          Type: "tmpfs",
          Source: "",
          Target: "/scratch",
          ReadOnly: false,
          TmpfsOptions: { SizeBytes: 1024, Mode: 448 },
        },
      ],
      AutoRemove: false,
      ReadonlyRootfs: true,
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      Tmpfs: { "/run": "size=1m" },
      PortBindings: {
        "80/tcp": [
          { HostIp: "127.0.0.1", HostPort: "8080" },
          { HostIp: "0.0.0.0", HostPort: "8081" },
        ],
        "53/udp": [{ HostIp: "0.0.0.0", HostPort: "0" }],
      },
      ExtraHosts: ["db:10.0.0.3"],
      Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }],
      CapAdd: ["CAP_KILL"],
      CapDrop: ["ALL"],
      Dns: ["10.0.0.2"],
      DnsOptions: ["timeout:1"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: 67108864,
      MemoryReservation: 33554432,
      MemorySwap: -1,
      ShmSize: 67108864,
      // `cpus` wins over `cpuPeriod`, which is dropped without a word.
      NanoCpus: 1500000000,
      CpuShares: 512,
      NetworkMode: "bridge",
      Sysctls: { "net.core.somaxconn": "512" },
      GroupAdd: ["1001"],
      Init: true,
    },
  });
});

test("init is always sent, cpu periods only without cpus", () => {
  const { HostConfig } = createRequest({ ...LEAST, cpuPeriod: 7, cpuQuota: 8 });
  expect(HostConfig).toMatchObject({ Init: false, CpuPeriod: 7, CpuQuota: 8 });
});

test.each([
  [{ command: ["a", ""] }, "values for command may not be empty"],
  [{ attach: true }, "attach: true: this stand-in does not implement it"],
  [{ logs: true }, "logs: true: this stand-in does not implement it"],
  [{ cpus: "lots" }, "Error setting cpus: lots is no number"],
])("%j is refused before the daemon is asked", (inputs, message) => {
  expect(() => createRequest({ ...LEAST, ...inputs })).toThrow(message);
});

test("an update sends everything that the daemon can change, and nothing else", () => {
  const inputs = { ...LEAST, memory: 64, memorySwap: 128, init: true, tmpfs: { "/run": "" } };
  expect(updateRequest(inputs)).toEqual({
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    CpuShares: 0,
    Memory: 67108864,
    MemoryReservation: 0,
    MemorySwap: 134217728,
  });
});

const FOUND = {
  Id: "c0ffee",
  Name: "/box",
  Image: "sha256:abc",
  Platform: "linux",
  State: { Running: true, ExitCode: 0 },
  Config: {
    Image: "i:1",
    Hostname: "c0ffee",
    Cmd: ["serve"],
    Entrypoint: null,
    User: "",
    WorkingDir: "/",
    Tty: false,
    OpenStdin: false,
    Healthcheck: { Test: ["CMD", "x"], Interval: 60e9, Retries: 3 },
  },
  HostConfig: {
    AutoRemove: false,
    CapAdd: null,
    CapDrop: ["ALL"],
    CpuShares: 0,
    Dns: [],
    DnsOptions: null,
    ExtraHosts: ["db:10.0.0.3"],
    GroupAdd: null,
    Init: true,
    IpcMode: "private",
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    Memory: 67108864,
    MemoryReservation: 0,
    MemorySwap: 134217728,
    NanoCpus: 1e9,
    NetworkMode: "bridge",
    ReadonlyRootfs: false,
    Runtime: "runc",
    SecurityOpt: null,
    RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
    ShmSize: 67108864,
    Ulimits: null,
  },
  NetworkSettings: {
    Bridge: "",
    Ports: { "443/tcp": [{ HostIp: "127.0.0.1", HostPort: "8443" }], "80/tcp": null },
    Networks: {
      net: {
        IPAddress: "172.20.0.2",
        IPPrefixLen: 16,
        Gateway: "172.20.0.1",
        GlobalIPv6Address: "",
        GlobalIPv6PrefixLen: 0,
        IPv6Gateway: "",
        MacAddress: "02:42",
      },
    },
  },
} satisfies Inspection;

test("what is read back, with the official plugin's habits", () => {
  expect(stateOf(FOUND, { image: "sha256:old", envs: ["A=1"], ports: [] })).toMatchObject({
    image: "sha256:abc",
    name: "box",
    // Not read: believed.
    envs: ["A=1"],
    ports: [{ internal: 443, external: 8443, ip: "127.0.0.1", protocol: "tcp" }],
    healthcheck: { interval: "1m0s", timeout: "0s", retries: 3 },
    capabilities: { adds: [], drops: ["ALL"] },
    cpus: "1.0",
    memory: 64,
    memorySwap: 128,
    hosts: [{ host: "db", ip: "10.0.0.3" }],
    networkDatas: [{ networkName: "net", ipAddress: "172.20.0.2" }],
  });
});

test("some things are read only where the program has set them", () => {
  const state = stateOf(FOUND, { image: "i:1" });
  expect(state["image"]).toBe("i:1");
  expect(Object.keys(state)).not.toEqual(expect.arrayContaining(["ports"]));
  expect(state).not.toHaveProperty("ulimits");
  expect(state).not.toHaveProperty("logOpts");
  expect(state).not.toHaveProperty("mustRun");
});

test("a stopped container shows as mustRun gone, and its ports with it", () => {
  const stopped = {
    ...FOUND,
    State: { Running: false, ExitCode: 137 },
    NetworkSettings: { ...FOUND.NetworkSettings, Ports: {} },
  };
  const known = { image: "i:1", ports: [{ internal: 443 }], mustRun: true };
  expect(stateOf(stopped, known)).toMatchObject({ mustRun: false, exitCode: 137, ports: [] });
  expect(stateOf(stopped, { ...known, mustRun: false })).toMatchObject({
    ports: [{ internal: 443 }],
  });
});

test.each([
  [1e9, "1.0"],
  [0.5e9, "0.5"],
  [1.5e9, "1.5"],
  [2e9, "2.0"],
  [10e9, "10."],
  [0.25e9, "0.25"],
])("%d nanocpus are printed as %s", (nano, text) => {
  expect(printCpus(nano)).toBe(text);
});
