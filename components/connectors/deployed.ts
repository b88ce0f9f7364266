import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { StackContext } from "../containers/platform.ts";
import { configFiles } from "../host/host-files.ts";
import { Connector } from "./connector.ts";
import { connectorFiles } from "./program.ts";

const files = join(import.meta.dirname, "files");

/** Every connector that runs in a container of its own, and the files that all of them have. */
export function deployedConnectors(
  name: string,
  context: StackContext,
  child: pulumi.CustomResourceOptions,
): Connector[] {
  const { connectors, directories, mockModel } = context.model;
  const own = connectors.flatMap((connector) =>
    connector.container === undefined ? [] : [{ connector, container: connector.container }],
  );
  if (own.length === 0) return [];
  const directory = configFiles(
    `${name}-connector-files`,
    {
      context,
      directory: posix.join(directories.config, "connectors"),
      owner: "0:0",
      image: context.images.id(mockModel.image),
    },
    connectorFiles.map((file) => ({
      name: file,
      content: readFileSync(join(files, file), "utf8"),
    })),
    child,
  );
  return own.map(
    (one) =>
      new Connector(
        `${name}-connector-${one.connector.id}`,
        context,
        { ...one, files: directory },
        child,
      ),
  );
}
