/** The command resources. */
import schema from "../../schemas/command.json" with { type: "json" };
import type { Package } from "../provider.ts";
import type { PackageSpec } from "../schema/schema.ts";
import { commandResource } from "./lifecycle.ts";
import { runLocally } from "./local.ts";
import { runRemotely } from "./remote.ts";

export const commandPackage: Package = {
  schema: schema as PackageSpec,
  resources: {
    "command:local:Command": commandResource(runLocally),
    "command:remote:Command": commandResource(runRemotely),
  },
};
