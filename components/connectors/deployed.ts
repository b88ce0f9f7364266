import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../containers/platform.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Wanted } from "../drift/decisions.ts";
import { configFiles, configFilesThing } from "../host/files.ts";
import { Connector, connectorThings } from "./connector.ts";
import { connectorFiles } from "./program.ts";

const files = join(import.meta.dirname, "files");

const filesIn = ({ config }: GatewayModel["directories"]): string =>
  posix.join(config, "connectors");

const filesOf = () =>
  connectorFiles.map((file) => ({ name: file, content: readFileSync(join(files, file), "utf8") }));

const inContainers = (connectors: GatewayModel["connectors"]) =>
  connectors.flatMap((connector) =>
    connector.container === undefined ? [] : [{ connector, container: connector.container }],
  );

const connectorName = (name: string, { id }: { readonly id: string }): string =>
  `${name}-connector-${id}`;

/** What {@link deployedConnectors} applies to the Docker host. */
export function connectorsThings(name: string, model: GatewayModel): Wanted[] {
  const own = inContainers(model.connectors);
  if (own.length === 0) return [];
  return [
    configFilesThing(`${name}-connector-files`, filesIn(model.directories), filesOf()),
    ...own.flatMap((one) => connectorThings(connectorName(name, one.connector), model, one)),
  ];
}

/** Every connector that runs in a container of its own, and the files that all of them have. */
export function deployedConnectors(
  name: string,
  platform: Platform,
  model: Pick<GatewayModel, "connectors" | "database" | "egressProxy" | "mockModel" | "proxy">,
  child: pulumi.CustomResourceOptions,
): Connector[] {
  const { connectors, database, egressProxy: squid, mockModel, proxy } = model;
  const own = inContainers(connectors);
  if (own.length === 0) return [];
  const directory = configFiles(
    `${name}-connector-files`,
    {
      platform,
      directory: filesIn(platform.host.directories),
      owner: "0:0",
      image: platform.images.id(mockModel.image),
    },
    filesOf(),
    child,
  );
  return own.map(
    (one) =>
      new Connector(
        connectorName(name, one.connector),
        platform,
        { ...one, files: directory, database, squid, resultMb: proxy.limits.resultMb },
        child,
      ),
  );
}
