import {
  connectorNetworks,
  database,
  databaseClient,
  innerNetwork,
  movingHost,
  project,
  proxy,
} from "../../config/common/names.ts";
import { samplesOf } from "../../config/connectors/containers.ts";
import type { ConnectorModel } from "../../config/connectors/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import { setCommand } from "../../config/problems.ts";
import { sampleLimits } from "../database/sample-data.ts";
import { destinationsOf } from "../litellm/destinations.ts";
import type { Finding } from "./finding.ts";
import type { HostFacts } from "./host-facts.ts";

/**
 * Oldest engine that this was run on. `docker system dial-stdio` (SSH) is there since 18.09,
 * `docker manifest inspect` without the experimental switch since 20.10.
 */
export const oldestEngine = [20, 10] as const;

/** Architectures that the official images are published for. */
const architectures = ["x86_64", "aarch64", "arm64"];

/** MB free in Docker's directory: LiteLLM's image takes 2.5 GB unpacked, with its layers 5. */
const diskForImages = 6144;
/** MB free in Docker's directory when nothing is to be pulled: the database and logs grow. */
const diskToRun = 1024;
/** MB free where configuration and secrets are written: less than one is needed. */
const diskForFiles = 8;
/** MB to be had before the first start: seen are 540 for LiteLLM and 300 for the rest. */
const memoryToStart = 1024;
/** Seconds that two clocks may differ: the spend row of a call is looked for by its time. */
const clockSkew = 5;

const gigabytes = (mb: number): string => (mb < 1024 ? `${mb} MB` : `${(mb / 1024).toFixed(1)} GB`);

function engineFindings(facts: HostFacts): Finding[] {
  if (facts.engineVersion === "") return [];
  const [major = 0, minor = 0] = facts.engineVersion.split(".").map(Number);
  const [wantedMajor, wantedMinor] = oldestEngine;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return [];
  return [
    {
      message: `its Docker engine is ${facts.engineVersion}; ${oldestEngine.join(".")} or newer is needed`,
      fix: "upgrade it there: sudo apt-get update && sudo apt-get install docker.io (or docker-ce)",
    },
  ];
}

function machineFindings(facts: HostFacts): Finding[] {
  if (facts.architecture === "" || architectures.includes(facts.architecture)) return [];
  return [
    {
      message: `it is a ${facts.architecture} machine; the images are published for ${architectures.join(", ")}`,
      fix: "choose another Docker host, or name images built for it in imageMirrorFile",
    },
  ];
}

function clockFindings(facts: HostFacts, asked: number, answered: number): Finding[] {
  if (facts.clock === 0) return [];
  // Its second began up to one second before it was printed.
  const ahead = facts.clock - answered;
  const behind = asked - (facts.clock + 1);
  const skew = Math.round(Math.max(ahead, behind));
  if (skew <= clockSkew) return [];
  return [
    {
      message: `its clock is ${skew} s ${ahead > behind ? "ahead of" : "behind"} this machine's: keys would expire at other times than they say, and spend rows would not be found`,
      fix: "sudo timedatectl set-ntp true, there and here",
    },
  ];
}

/** A connector's limit in MB, with its way out where it is filtered and its samples if it has any. */
function connectorMemory(model: GatewayModel, connector: ConnectorModel): number {
  const { container } = connector;
  if (container === undefined) return 0;
  const { definition, egress } = container;
  return (
    definition.memoryMb +
    (egress.mode === "filtered" ? model.egressProxy.memoryMb : 0) +
    (samplesOf(connector) === undefined ? 0 : sampleLimits.memoryMb)
  );
}

function memoryFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  if (facts.memoryMb === 0) return [];
  // The relay is an HAProxy with the edge's limit.
  const own = [
    model.database,
    model.proxy,
    model.edge,
    model.edge,
    model.mockModel,
    ...(destinationsOf(model).length === 0 ? [] : [model.egressProxy]),
  ];
  const limits =
    own.reduce((sum, part) => sum + part.memoryMb, 0) +
    model.connectors.reduce((sum, one) => sum + connectorMemory(model, one), 0);
  const fix = `${setCommand(["proxy", "memoryMb"], 1024)}, or another Docker host`;
  if (facts.memoryMb < limits)
    return [
      {
        message: `it has ${gigabytes(facts.memoryMb)} of memory; the containers may use ${gigabytes(limits)}`,
        fix,
      },
    ];
  const isRunning = facts.containers.some(
    ({ name, files }) =>
      name.startsWith(model.namePrefix + proxy.host) && files === model.directories.config,
  );
  if (isRunning || facts.memoryFreeMb >= memoryToStart) return [];
  return [
    {
      message: `it has ${gigabytes(facts.memoryFreeMb)} of memory to spare; ${gigabytes(memoryToStart)} are needed to start`,
      fix: "stop something there, or choose another Docker host",
    },
  ];
}

function diskFindings(facts: HostFacts): Finding[] {
  const isPulling = facts.toPull.length + facts.missingImages.length > 0;
  return facts.disks.flatMap(({ what, path, freeMb }) => {
    const needed = what !== "docker" ? diskForFiles : isPulling ? diskForImages : diskToRun;
    if (freeMb >= needed) return [];
    return [
      {
        message: `${path} has ${gigabytes(freeMb)} free; ${gigabytes(needed)} are needed for ${what === "docker" ? "images and data" : `directories.${what}`}`,
        fix:
          what === "docker"
            ? "make room there: docker image prune, or df -h to see what fills it"
            : `make room there, or: ${setCommand(["directories", what], `/var/lib/mcp-gateway/${what}`)}`,
      },
    ];
  });
}

function directoryFindings(facts: HostFacts): Finding[] {
  return facts.directories.flatMap(({ what, path, there, mode, mayWrite }) => [
    ...(mayWrite
      ? []
      : [
          {
            message: `${facts.user} may not write in ${there}, where ${what === "secrets" ? "secrets are" : "the configuration is"} to go (directories.${what})`,
            fix: `there: sudo install -d -o ${facts.user} -m 700 ${path}, or: ${setCommand(["directories", what], `/home/${facts.user}/mcp-gateway/${what}`)}`,
          },
        ]),
    ...(what === "secrets" && there === path && /[1-7]$/.test(mode)
      ? [
          {
            message: `the secrets directory ${path} is open to everyone on the host (mode ${mode})`,
            fix: `there: chmod 700 ${path}`,
          },
        ]
      : []),
  ]);
}

function volumeFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  const { volume } = model.database;
  const fix = setCommand(["database", "volume"], `${volume}_2`);
  // Of either mode: which of them is there is not yet what the configuration says.
  const ours = [database.host, databaseClient.host, movingHost].map(
    (host) => model.namePrefix + host,
  );
  const other = facts.volumeUsers.find(
    ({ name, files }) => !ours.includes(name) || files !== model.directories.config,
  );
  if (other !== undefined)
    return [{ message: `the volume ${volume} is used by the container ${other.name}`, fix }];
  const owner = facts.volumes.find(({ name }) => name === volume)?.project ?? "";
  if (owner === "") return [];
  return [{ message: `the volume ${volume} belongs to the compose project ${owner}`, fix }];
}

function networkFindings(model: GatewayModel, facts: HostFacts): Finding[] {
  const ours = [
    model.network,
    innerNetwork(model.network),
    ...Object.keys(model.subnets.connectors).map((id) => connectorNetworks(model.network) + id),
  ];
  return facts.ownedNetworks
    .filter(({ name, project: owner }) => ours.includes(name) && owner !== project)
    .map(({ name }) => ({
      message: `a network called ${name} is already there and is not the gateway's`,
      fix: setCommand(["network"], `${model.network}-2`),
    }));
}

/**
 * What about the machine itself stands in the way: its engine, size, clock, directories.
 * @param asked, answered this machine's time in Unix seconds around the look
 */
export function hostFindings(
  model: GatewayModel,
  facts: HostFacts,
  asked: number,
  answered: number,
): Finding[] {
  const always = [
    ...machineFindings(facts),
    ...clockFindings(facts, asked, answered),
    ...memoryFindings(model, facts),
    ...directoryFindings(facts),
    ...diskFindings(facts),
  ];
  if (facts.engine !== "answers") return always;
  return [
    ...engineFindings(facts),
    ...always,
    ...volumeFindings(model, facts),
    ...networkFindings(model, facts),
  ];
}
