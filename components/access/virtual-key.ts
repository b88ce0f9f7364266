import * as pulumi from "@pulumi/pulumi";
import { keyring } from "../../config/common/names.ts";
import { grantOf } from "../../config/keys/grants.ts";
import type { KeyModel } from "../../config/keys/model.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { Platform } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { keptSecret, keptThing } from "../keyring/kept-secret.ts";
import type { KeptValue } from "../keyring/kept-value.ts";
import type { RunningProxy } from "../litellm/proxy.ts";
import { hostScript } from "../shell/script.ts";

export interface VirtualKeyArgs {
  readonly key: KeyModel;
  readonly connectors: GatewayModel["connectors"];
  /** The container that LiteLLM's database and the keyring are reached through. */
  readonly database: string;
  readonly databaseReady: pulumi.Resource;
}

const grantOfKey = (name: string): string => `${name}-grant`;

/** What {@link VirtualKey} applies to the Docker host. */
export function keyThings(name: string, database: string, key: string): Wanted[] {
  return [
    keptThing(name, database, `key-${key}`),
    { thing: { kind: "key", id: grantOfKey(name), key, database } },
  ];
}

/** {@link keyPurge} as a thing that drifts. */
export const keyPurgeThing = (id: string, names: readonly string[]): Wanted => ({
  thing: { kind: "purge", id, names },
});

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
  readonly #name: string;
  readonly #platform: Platform;
  readonly #args: VirtualKeyArgs;

  constructor(
    name: string,
    platform: Platform,
    args: VirtualKeyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:access:VirtualKey", name, { key: { ...args.key } }, opts);
    this.#name = name;
    this.#platform = platform;
    this.#args = args;
    this.kept = keptSecret(
      name,
      {
        platform,
        database: args.database,
        id: `key-${args.key.name}`,
        prefix: "sk-",
        rotation: args.key.rotation,
        overlapSeconds: args.key.overlapHours * 3600,
        databaseReady: args.databaseReady,
      },
      { parent: this },
    );
    this.value = this.kept.value;
    this.registerOutputs({});
  }

  /**
   * Makes LiteLLM take the key, once it is there. Apart from the value, which the guard's policy
   * needs before LiteLLM starts.
   * @returns the value, known once the key is active
   */
  grant(proxy: RunningProxy): pulumi.Output<string> {
    const { key, connectors, database } = this.#args;
    const grant = grantOf(key, connectors);
    const variables = proxy.container.apply((container) => ({
      PROXY: container,
      DATABASE: database,
      NAME: key.name,
    }));
    const applied = notedCommand(
      grantOfKey(this.#name),
      this.#platform,
      {
        create: hostScript("access/apply-key.sh", {}),
        delete: variables.apply((known) => hostScript("access/block-key.sh", known)),
        state: 'key_state "$DATABASE" "$NAME"',
        variables,
        stdin: this.kept.apply(({ value, previous }) =>
          JSON.stringify({ ...grant, key: value, previous: previous ?? null }),
        ),
      },
      { parent: this, dependsOn: [proxy.ready] },
    );
    return pulumi.all([this.value, applied.stdout]).apply(([value]) => value);
  }
}

/**
 * Deletes what earlier configurations left, key rows of ours and their kept values, blocks keys that
 * somebody else has made, and removes servers, models and settings that are in LiteLLM's database:
 * after a proxy is there that has not loaded them.
 * @returns the command; what it did is its standard output, a line each
 */
export function keyPurge(
  name: string,
  platform: Platform,
  args: {
    /** The keys that are configured. */
    readonly names: readonly string[];
    readonly database: string;
    readonly proxy: RunningProxy;
  },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource & { readonly stdout: pulumi.Output<string> } {
  const { names, database, proxy } = args;
  return notedCommand(
    name,
    platform,
    {
      create: proxy.container.apply((container) =>
        hostScript("access/purge-keys.sh", {
          PROXY: container,
          DATABASE: database,
          KEYRING: keyring,
          NAMES: names.join(" "),
        }),
      ),
      stdin: JSON.stringify({ names }),
    },
    pulumi.mergeOptions(opts, { dependsOn: [proxy.ready] }),
  );
}
