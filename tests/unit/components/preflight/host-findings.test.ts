import { parseFacts } from "../../../../components/preflight/host-facts.ts";
import { hostFindings } from "../../../../components/preflight/host-findings.ts";
import { exampleConfig, modelOf } from "../../../support/config.ts";

const model = modelOf(exampleConfig());
const { config, secrets } = model.directories;
const now = 1_800_000_000;

/** A host on which all is well, but for the lines given: of a kind named, they are all there is. */
function found(...lines: string[]) {
  const well = [
    `clock\t${now}`,
    "machine\tx86_64\tadministrator",
    "memory\tMemTotal:\t8000",
    "memory\tMemAvailable:\t4000",
    "engine\t20.10.24+dfsg1\t/var/lib/docker",
    "disk\tdocker\t/var/lib/docker\t50000",
  ];
  const kind = (line: string) => /^(?:(?:memory|disk)\t)?[^\t]+/.exec(line)?.[0] ?? "";
  const rest = well.filter((line) => !lines.map(kind).includes(kind(line)));
  return hostFindings(model, parseFacts([...rest, ...lines].join("\n")), now, now);
}
const set = (path: string, value: string) =>
  `pulumi config set --path 'mcp-gateway:${path}' '${value}'`;

it("has nothing to say about a host where all is well", () => {
  expect(found()).toEqual([]);
});

it.each([
  ["20.10.0", 0],
  ["28.2.2", 0],
  ["19.03.15", 1],
  ["20.9.1", 1],
])("takes an engine of version %s: %d findings", (version, count) => {
  expect(found(`engine\t${version}\t/var/lib/docker`)).toHaveLength(count);
});

it("says how old the engine is, and how new it has to be", () => {
  expect(found("engine\t18.09.1\t/var/lib/docker")).toEqual([
    {
      message: "its Docker engine is 18.09.1; 20.10 or newer is needed",
      fix: "upgrade it there: sudo apt-get update && sudo apt-get install docker.io (or docker-ce)",
    },
  ]);
});

it("refuses a machine that there are no images for", () => {
  expect(found("machine\tarmv7l\tadministrator").map(({ message }) => message)).toEqual([
    "it is a armv7l machine; the images are published for x86_64, aarch64, arm64",
  ]);
});

it.each([
  [now + 5, []],
  [now - 6, []],
  [now + 6, ["its clock is 6 s ahead of this machine's"]],
  [now - 61, ["its clock is 60 s behind this machine's"]],
])("compares the clocks: %d", (clock, expected) => {
  expect(found(`clock\t${clock}`).map(({ message }) => message.split(":")[0])).toEqual(expected);
});

it("does not take the time that the look itself took for a wrong clock", () => {
  const facts = parseFacts(`clock\t${now + 20}\nengine\t28.0\t/d`);
  expect(hostFindings(model, facts, now, now + 30)).toEqual([]);
});

it("wants the memory that the containers may use, and some to start with", () => {
  expect(found("memory\tMemTotal:\t1500").map(({ message }) => message)).toEqual([
    "it has 1.5 GB of memory; the containers may use 3.8 GB",
  ]);
  expect(found("memory\tMemAvailable:\t900").map(({ message }) => message)).toEqual([
    "it has 900 MB of memory to spare; 1.0 GB are needed to start",
  ]);
  expect(found("memory\tMemAvailable:\t900", `container\tmcp-litellm-proxy\t${config}\t`)).toEqual(
    [],
  );
});

it("wants room for images only if there are some to pull", () => {
  const disk = "disk\tdocker\t/var/lib/docker\t3000";
  expect(found(disk)).toEqual([]);
  expect(found(disk, "pull\texample/notes:2.0")).toEqual([
    {
      message: "/var/lib/docker has 2.9 GB free; 6.0 GB are needed for images and data",
      fix: "make room there: docker image prune, or df -h to see what fills it",
    },
  ]);
  expect(found("disk\tdocker\t/var/lib/docker\t100").map(({ message }) => message)).toEqual([
    "/var/lib/docker has 100 MB free; 1.0 GB are needed for images and data",
  ]);
});

it("wants a little room for its files", () => {
  expect(found("disk\tsecrets\t/srv\t0")).toEqual([
    {
      message: "/srv has 0 MB free; 8 MB are needed for directories.secrets",
      fix: `make room there, or: ${set("directories.secrets", "/var/lib/mcp-gateway/secrets")}`,
    },
  ]);
});

it("wants to write where its files go", () => {
  expect(found(`directory\tconfig\t${config}\t/srv\t755\tno`)).toEqual([
    {
      message:
        "administrator may not write in /srv, where the configuration is to go (directories.config)",
      fix: `there: sudo install -d -o administrator -m 700 ${config}, or: ${set("directories.config", "/home/administrator/mcp-gateway/config")}`,
    },
  ]);
  expect(found(`directory\tconfig\t${config}\t/srv\t755\tyes`)).toEqual([]);
});

it.each([
  ["700", false],
  ["750", false],
  ["755", true],
  ["1777", true],
  ["701", true],
])("looks who may look into the secrets directory: %s", (mode, isBad) => {
  expect(found(`directory\tsecrets\t${secrets}\t${secrets}\t${mode}\tyes`)).toEqual(
    isBad
      ? [
          {
            message: `the secrets directory ${secrets} is open to everyone on the host (mode ${mode})`,
            fix: `there: chmod 700 ${secrets}`,
          },
        ]
      : [],
  );
});

it("does not mind who may look into the directory above", () => {
  expect(found(`directory\tsecrets\t${secrets}\t/srv\t755\tyes`)).toEqual([]);
});

it.each(["mcp-litellm-postgres", "mcp-litellm-psql", "mcp-litellm-postgres-moving"])(
  "%s has the data volume in whichever mode it was made",
  (name) => {
    expect(found(`user\t${name}\t${config}`)).toEqual([]);
    expect(found(`user\t${name}\t/elsewhere`)).toHaveLength(1);
  },
);

it("does not take another's data volume", () => {
  const fix = set("database.volume", "mcp_gateway_pgdata_2");
  expect(found("user\tforeign\t")).toEqual([
    { message: "the volume mcp_gateway_pgdata is used by the container foreign", fix },
  ]);
  expect(found("volume\tmcp_gateway_pgdata\tshop")).toEqual([
    { message: "the volume mcp_gateway_pgdata belongs to the compose project shop", fix },
  ]);
  expect(found("volume\tmcp_gateway_pgdata\t", `user\tmcp-litellm-postgres\t${config}`)).toEqual(
    [],
  );
});

it("does not take another's network for its own", () => {
  expect(found("network\tmcp-gateway-net\t")).toEqual([
    {
      message: "a network called mcp-gateway-net is already there and is not the gateway's",
      fix: set("network", "mcp-gateway-net-2"),
    },
  ]);
  expect(found("network\tmcp-gateway-net\tmcp-gateway")).toEqual([]);
});

it("tells of the machine also where Docker does not answer, but nothing about Docker", () => {
  const facts = parseFacts(`denied\tguest\nmachine\tmips\tguest\nclock\t${now}`);
  expect(hostFindings(model, facts, now, now).map(({ message }) => message)).toEqual([
    "it is a mips machine; the images are published for x86_64, aarch64, arm64",
  ]);
});
