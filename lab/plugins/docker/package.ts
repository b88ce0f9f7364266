/** The docker resources, and the one provider setting they share: where the daemon is. */
import schema from "../../schemas/docker.json" with { type: "json" };
import type { Package } from "../provider.ts";
import type { Plain } from "../rpc/values.ts";
import type { PackageSpec } from "../schema/schema.ts";
import { DockerClient, type ClientConfig } from "./client.ts";
import { container } from "./container.ts";
import { remoteImage } from "./image.ts";
import { getNetwork, network } from "./network.ts";
import { volume } from "./volume.ts";

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/** The settings, with the environment's say where the program has none. */
export function clientConfig(config: Plain, env: NodeJS.ProcessEnv): ClientConfig {
  const host = config["host"] ?? env["DOCKER_HOST"] ?? "";
  const words = (env["DOCKER_SSH_OPTS"] ?? "").split(/\s+/).filter((word) => word !== "");
  return {
    host: typeof host === "string" && host !== "" ? host : DEFAULT_HOST,
    sshOpts: (config["sshOpts"] as string[] | undefined) ?? words,
    unchecked: config["disableDockerDaemonCheck"] === true,
  };
}

/** A package of its own per provider process: the daemon's address is part of it. */
export function dockerPackage(): Package {
  let settings = clientConfig({}, process.env);
  let client: DockerClient | undefined;
  const connect = () => (client ??= new DockerClient(settings));
  return {
    schema: schema as PackageSpec,
    configure(config) {
      settings = clientConfig(config, process.env);
      client = undefined;
    },
    resources: {
      "docker:index/container:Container": container(connect),
      "docker:index/network:Network": network(connect),
      "docker:index/remoteImage:RemoteImage": remoteImage(connect),
      "docker:index/volume:Volume": volume(connect),
    },
    functions: {
      "docker:index/getNetwork:getNetwork": ({ name }) => getNetwork(connect, name as string),
    },
  };
}
