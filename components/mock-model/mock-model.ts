import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { mockModel, mounted } from "../../config/common/names.ts";
import { gatewayContainer } from "../containers/container.ts";
import { type Platform, networksOf } from "../containers/platform.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Wanted } from "../drift/decisions.ts";
import { type HostFile, configFiles, configFilesThing } from "../host/files.ts";

const user = "65534:65534";

const filesIn = ({ config }: GatewayModel["directories"]): string =>
  posix.join(config, "mock-model");

const filesOf = (): HostFile[] => [
  {
    name: "server.py",
    content: readFileSync(join(import.meta.dirname, "files", "server.py"), "utf8"),
  },
];

/** What {@link MockModel} applies to the Docker host. */
export const mockModelThings = (
  name: string,
  { directories }: Pick<GatewayModel, "directories">,
): Wanted[] => [configFilesThing(`${name}-config`, filesIn(directories), filesOf())];

/** The scripted model behind `gpt-4o-mock`, reachable by the proxy alone. */
export class MockModel extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(
    name: string,
    platform: Platform,
    config: GatewayModel["mockModel"],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:model:MockModel", name, {}, opts);
    const child = { parent: this };
    const image = platform.images.id(config.image);
    const directory = configFiles(
      `${name}-config`,
      {
        platform,
        directory: filesIn(platform.host.directories),
        owner: user,
        image,
      },
      filesOf(),
      child,
    );
    this.container = gatewayContainer(
      `${name}-container`,
      {
        host: mockModel.host,
        platform,
        image,
        user,
        memoryMb: config.memoryMb,
        entrypoints: ["python3", "-B", `${mounted.config}/server.py`],
        command: [],
        ...networksOf(platform, "mock-model"),
        binds: [{ source: directory, target: mounted.config }],
        readOnly: true,
        healthcheck: {
          tests: [
            "CMD",
            "python3",
            "-c",
            `import urllib.request as u; u.urlopen("http://127.0.0.1:${mockModel.port}/health", timeout=4)`,
          ],
          timeout: 5,
          retries: 3,
          startPeriod: 30,
        },
        graceSeconds: 5,
      },
      child,
    );
    this.registerOutputs({ container: this.container.name });
  }
}
