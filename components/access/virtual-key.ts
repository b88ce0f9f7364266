import * as pulumi from "@pulumi/pulumi";
import type { KeyModel } from "../config/model.ts";
import { keptSecret } from "../database/kept-secret.ts";
import { hostCommand } from "../host/host-command.ts";
import { hostScript } from "../host/host-script.ts";
import { database, keyring, proxy } from "../names.ts";
import { type StackContext, containerName } from "../stack.ts";
import type { KeptValue } from "./credentials.ts";
import { grantOf } from "./grants.ts";

export interface VirtualKeyArgs {
  readonly key: KeyModel;
  readonly databaseReady: pulumi.Resource;
  readonly proxyReady: pulumi.Resource;
}

/**
 * One client's key: created, changed in place, rotated, and blocked the moment it is deleted.
 * Deleting only blocks, so that `destroy` keeps its row and history; {@link keyPurge} removes the
 * rows of keys that the configuration no longer names.
 */
export class VirtualKey extends pulumi.ComponentResource {
  /** The key's value and, during a rotation's overlap, the one before; secret. */
  readonly kept: pulumi.Output<KeptValue>;
  /** The key's value, secret. */
  readonly value: pulumi.Output<string>;
  /** The same, known once LiteLLM has taken the key. */
  readonly active: pulumi.Output<string>;

  constructor(
    name: string,
    context: StackContext,
    args: VirtualKeyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:access:VirtualKey", name, { key: { ...args.key } }, opts);
    const { dockerHost, connectors } = context.model;
    const child = { parent: this };
    this.kept = keptSecret(
      name,
      {
        host: dockerHost,
        container: containerName(context, database.host),
        id: `key-${args.key.name}`,
        prefix: "sk-",
        rotation: args.key.rotation,
        overlapSeconds: args.key.overlapHours * 3600,
        databaseReady: args.databaseReady,
      },
      child,
    );
    this.value = this.kept.value;
    const grant = grantOf(args.key, connectors);
    const variables = {
      PROXY: containerName(context, proxy.host),
      DATABASE: containerName(context, database.host),
      NAME: args.key.name,
    };
    const applied = hostCommand(
      `${name}-grant`,
      dockerHost,
      {
        create: hostScript("apply-key.sh", variables),
        delete: hostScript("block-key.sh", variables),
        stdin: this.kept.apply(({ value, previous }) =>
          JSON.stringify({ ...grant, key: value, previous: previous ?? null }),
        ),
      },
      { ...child, dependsOn: [args.proxyReady] },
    );
    this.active = pulumi.all([this.value, applied.stdout]).apply(([value]) => value);
    this.registerOutputs({});
  }
}

/** Deletes what earlier configurations left: key rows of ours and their kept values. */
export function keyPurge(
  name: string,
  context: StackContext,
  proxyReady: pulumi.Resource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const names = context.model.keys.map((key) => key.name);
  return hostCommand(
    name,
    context.model.dockerHost,
    {
      create: hostScript("purge-keys.sh", {
        PROXY: containerName(context, proxy.host),
        DATABASE: containerName(context, database.host),
        KEYRING: keyring,
        NAMES: names.join(" "),
      }),
      stdin: JSON.stringify({ names }),
    },
    pulumi.mergeOptions(opts, { dependsOn: [proxyReady] }),
  );
}
