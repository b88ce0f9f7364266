import * as pulumi from "@pulumi/pulumi";
import { keyring } from "../../config/common/names.ts";
import { databaseAccess } from "../../config/database/access.ts";
import { grantOf } from "../../config/keys/grants.ts";
import type { KeyModel } from "../../config/keys/model.ts";
import type { StackContext } from "../containers/platform.ts";
import { forgotten, noted, notesOf } from "../drift/notes.ts";
import { hostCommand } from "../host/host-command.ts";
import { keptSecret } from "../keyring/kept-secret.ts";
import type { KeptValue } from "../keyring/kept-value.ts";
import type { RunningProxy } from "../litellm/proxy.ts";
import { hostScript } from "../shell/host-script.ts";
import { shellVariables } from "../shell/shell.ts";

export interface VirtualKeyArgs {
  readonly key: KeyModel;
  readonly databaseReady: pulumi.Resource;
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
  readonly #name: string;
  readonly #context: StackContext;
  readonly #key: KeyModel;

  constructor(
    name: string,
    context: StackContext,
    args: VirtualKeyArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:access:VirtualKey", name, { key: { ...args.key } }, opts);
    this.#name = name;
    this.#context = context;
    this.#key = args.key;
    this.kept = keptSecret(
      name,
      {
        context,
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
    const { dockerHost, connectors } = this.#context.model;
    const grant = grantOf(this.#key, connectors);
    const rows = databaseAccess(this.#context.model).container;
    const id = `${this.#name}-grant`;
    const note = {
      applied: notesOf(this.#context),
      id,
      word: this.#context.words.of({ kind: "key", id, key: this.#key.name, database: rows }),
      state: 'key_state "$DATABASE" "$NAME"',
    };
    const variables = (container: string) => ({
      PROXY: container,
      DATABASE: rows,
      NAME: this.#key.name,
    });
    const applied = hostCommand(
      id,
      dockerHost,
      {
        create: proxy.container.apply(
          (container) =>
            shellVariables(variables(container)) +
            noted(hostScript("access/apply-key.sh", {}), note),
        ),
        delete: proxy.container.apply((container) =>
          forgotten(hostScript("access/block-key.sh", variables(container)), note),
        ),
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
  context: StackContext,
  proxy: RunningProxy,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource & { readonly stdout: pulumi.Output<string> } {
  const names = context.model.keys.map((key) => key.name);
  const word = context.words.of({ kind: "purge", id: name, names });
  const note = { applied: notesOf(context), id: name, word };
  return hostCommand(
    name,
    context.model.dockerHost,
    {
      create: proxy.container.apply((container) =>
        noted(
          hostScript("access/purge-keys.sh", {
            PROXY: container,
            DATABASE: databaseAccess(context.model).container,
            KEYRING: keyring,
            NAMES: names.join(" "),
          }),
          note,
        ),
      ),
      delete: forgotten("true\n", note),
      stdin: JSON.stringify({ names }),
    },
    pulumi.mergeOptions(opts, { dependsOn: [proxy.ready] }),
  );
}
