/** `Container`: creation, reading, the little that can be updated, and removal. */
import { setTimeout as delay } from "node:timers/promises";
import { HalfMade, type Created, type ResourceLogic, type Subject } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import { DaemonError, type DockerClient } from "./client.ts";
import { createRequest, updateRequest } from "./container-request.ts";
import { stateOf } from "./container-state.ts";
import type { ContainerInputs, Inspection } from "./container-types.ts";
import { findImage } from "./image.ts";
import { uploadArchive } from "./tar.ts";

const POLL_MILLISECONDS = 1000;

/** What an update really passes on to the daemon; all else is only written into the state. */
const UPDATED = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "memory",
  "memoryReservation",
  "memorySwap",
];

function isUpdated(key: string): boolean {
  return UPDATED.includes(key);
}

export function container(connect: () => DockerClient): ResourceLogic {
  return {
    create: (subject, inputs) => create(connect(), subject, inputs),
    read: (_subject, id, state) => read(connect(), id, state),
    update: (_subject, id, state, inputs) => update(connect(), id, state, inputs),
    delete: (_subject, id, state) => remove(connect(), id, state),
  };
}

/** The check has seen to it that the properties have these types. */
function typed(properties: Plain): ContainerInputs {
  return properties as unknown as ContainerInputs;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function attempt<Result>(what: string, body: Promise<Result>): Promise<Result> {
  try {
    return await body;
  } catch (error) {
    throw new Error(`${what}: ${reasonOf(error)}`, { cause: error });
  }
}

async function create(client: DockerClient, subject: Subject, plain: Plain): Promise<Created> {
  const inputs = typed(plain);
  const body = createRequest(inputs);
  const what = `Unable to create container with image ${inputs.image}`;
  await attempt(what, findImage(client, inputs.image));
  const { Id: id } = await attempt(
    "Unable to create container",
    client.json<{ Id: string }>("POST", "/containers/create", {
      query: { name: inputs.name },
      body,
    }),
  );
  // From here on there is a container. Nothing that fails removes it: the official plugin keeps it
  // in the state as half made, to be looked at.
  try {
    await furnish(client, id, inputs);
    if (inputs.start) {
      const started = client.text("POST", `/containers/${id}/start`);
      await attempt("Unable to start container", started);
      if (inputs.wait) await untilHealthy(client, subject, id, inputs.waitTimeout);
    }
    const made = await read(client, id, plain);
    if (made === undefined) throw new Error(`container ${inputs.name} vanished after its creation`);
    return made;
  } catch (error) {
    throw new HalfMade(id, plain, reasonOf(error));
  }
}

/** Networks and files, both before the container starts. */
async function furnish(client: DockerClient, id: string, inputs: ContainerInputs): Promise<void> {
  const networks = inputs.networksAdvanced ?? [];
  if (networks.length > 0) await leaveBridge(client, id);
  for (const { name, aliases, ipv4Address } of networks) {
    const EndpointConfig = { Aliases: aliases ?? [], IPAMConfig: { IPv4Address: ipv4Address } };
    const path = `/networks/${encodeURIComponent(name)}/connect`;
    const connected = client.text("POST", path, { body: { Container: id, EndpointConfig } });
    await attempt(`Unable to connect to network '${name}'`, connected);
  }
  for (const upload of inputs.uploads ?? []) {
    const archive = uploadArchive(upload);
    const sent = client.text("PUT", `/containers/${id}/archive`, { query: { path: "/" }, archive });
    await attempt("Unable to upload volume content", sent);
  }
}

async function leaveBridge(client: DockerClient, id: string): Promise<void> {
  try {
    await client.text("POST", "/networks/bridge/disconnect", { body: { Container: id } });
  } catch (error) {
    // A container with another network mode never was in it.
    if (reasonOf(error).includes("is not connected to the network bridge")) return;
    throw new Error(`Unable to disconnect the default network: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** `unhealthy` ends nothing: only health or the time limit does, as in the official plugin. */
async function untilHealthy(
  client: DockerClient,
  subject: Subject,
  id: string,
  seconds: number,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { State: state } = await client.json<Inspection>("GET", `/containers/${id}/json`);
    if (state.Health === undefined) {
      throw new Error(
        "you have supplied a 'wait' argument, but the container does not have a healthcheck " +
          "defined. Please remove the 'wait' argument or add a 'healthcheck' attribute",
      );
    }
    if (state.Health.Status === "healthy") return;
    if (Date.now() + POLL_MILLISECONDS >= deadline) break;
    await delay(POLL_MILLISECONDS, undefined, { signal: subject.signal });
  }
  throw new Error("container failed to be in healthy state");
}

async function read(client: DockerClient, id: string, known: Plain): Promise<Created | undefined> {
  try {
    const found = await client.json<Inspection>("GET", `/containers/${id}/json`);
    return { id: found.Id, outputs: stateOf(found, known) };
  } catch (error) {
    if (error instanceof DaemonError && error.status === 404) return undefined;
    throw error;
  }
}

async function update(client: DockerClient, id: string, old: Plain, news: Plain): Promise<Plain> {
  const inputs = typed(news);
  // What the program leaves to the daemon stays as it was. Nothing is read back: a changed
  // healthcheck, tmpfs, init, cpuPeriod or cpuQuota is believed to have been applied, and wasn't.
  const left = Object.entries(old).filter(([key]) => !isUpdated(key) || key in news);
  const outputs = { ...Object.fromEntries(left), ...news };
  try {
    if (old["mustRun"] === false && inputs.mustRun && inputs.start) {
      const started = client.text("POST", `/containers/${id}/start`);
      await attempt("Unable to start container", started);
    }
    if (UPDATED.some((key) => (old[key] ?? 0) !== (news[key] ?? 0))) {
      const body = updateRequest(inputs);
      const updated = client.text("POST", `/containers/${id}/update`, { body });
      await attempt("Unable to update a container", updated);
    }
  } catch (error) {
    throw new HalfMade(id, outputs, reasonOf(error));
  }
  return outputs;
}

/** Reads its settings from the state: a grace period has to be deployed before it can help. */
async function remove(client: DockerClient, id: string, state: Plain): Promise<void> {
  const settings = typed(state);
  const ignoring = async (what: string, ignored: readonly string[], body: Promise<unknown>) => {
    try {
      await body;
    } catch (error) {
      const reason = reasonOf(error).toLowerCase();
      if (ignored.some((text) => reason.includes(text))) return;
      throw new Error(`${what}: ${reasonOf(error)}`, { cause: error });
    }
  };
  const gone = ["no such container"];
  // Without a grace period zero: SIGTERM, and SIGKILL at its heels.
  const t = Math.max(settings.destroyGraceSeconds ?? 0, 0);
  const stopped = client.text("POST", `/containers/${id}/stop`, { query: { t } });
  await ignoring(`Error stopping container ${id}`, gone, stopped);
  const going = [...gone, "is already in progress"];
  const query = { v: settings.removeVolumes, force: true };
  const removed = client.text("DELETE", `/containers/${id}`, { query });
  await ignoring(`Error deleting container ${id}`, going, removed);
  const condition = settings.rm ? "removed" : "not-running";
  const waited = client.text("POST", `/containers/${id}/wait`, { query: { condition } });
  await ignoring(`Error waiting for container removal '${id}'`, going, waited);
}
