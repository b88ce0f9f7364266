import { edge as edgeNames, mockModel, relay as relayNames } from "../config/common/names.ts";
import { databaseAccess } from "../config/database/access.ts";
import type { GatewayModel } from "../config/model.ts";
import { keyPurgeThing, keyThings } from "./access/virtual-key.ts";
import { connectorsThings } from "./connectors/deployed.ts";
import { servingContainers } from "../config/connectors/containers.ts";
import { readyThing } from "./containers/readiness.ts";
import { databaseThings } from "./database/server.ts";
import type { Wanted } from "./drift/decisions.ts";
import { edgeThings } from "./edge/edge.ts";
import { checkedSaltThing, keptThing } from "./keyring/kept-secret.ts";
import { proxyThings } from "./litellm/proxy.ts";
import { mockModelThings } from "./mock-model/mock-model.ts";
import { relayThings } from "./relay/relay.ts";

/**
 * Everything that a gateway applies to the Docker host with a note, from the model alone: what has
 * drifted is decided before any component is made. One that is missing here fails when it is made.
 */
export function thingsOf(name: string, model: GatewayModel): Wanted[] {
  const { namePrefix, connectors, keys } = model;
  const database = databaseAccess(model).container;
  const onHost = (host: string): string => namePrefix + host;
  return [
    ...databaseThings(`${name}-postgres`, model),
    keptThing(`${name}-master-key`, database, "master-key"),
    keptThing(`${name}-salt-key`, database, "salt-key"),
    checkedSaltThing(`${name}-salt-key-check`, database),
    ...connectorsThings(name, model),
    ...relayThings(`${name}-relay`, model),
    ...mockModelThings(`${name}-mock-model`, model),
    ...keys.flatMap((key) => keyThings(`${name}-key-${key.name}`, database, key.name)),
    ...proxyThings(`${name}-proxy`, model),
    readyThing(
      `${name}-ready`,
      [relayNames.host, mockModel.host, ...connectors.flatMap(servingContainers)].map(onHost),
    ),
    ...edgeThings(`${name}-edge`, model),
    readyThing(`${name}-edge-ready`, [onHost(edgeNames.host)]),
    keyPurgeThing(
      `${name}-key-purge`,
      keys.map((key) => key.name),
    ),
  ];
}
