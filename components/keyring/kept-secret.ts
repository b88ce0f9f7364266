import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { keyring } from "../../config/common/names.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import type { StackContext } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";
import { type KeptValue, parseKept } from "./kept-value.ts";

export interface KeptSecretArgs {
  readonly context: StackContext;
  /** Name in the keyring. */
  readonly id: string;
  readonly prefix: string;
  /** Change it to get a new value. */
  readonly rotation: string;
  /** How long the value before a rotation still holds. */
  readonly overlapSeconds: number;
  /** The database's readiness. */
  readonly databaseReady: pulumi.Resource;
}

/**
 * {@link keptSecret} as a thing that drifts.
 * @param id name in the keyring
 */
export const keptThing = (name: string, model: GatewayModel, id: string): Wanted => ({
  thing: {
    ...{ kind: "kept", id: `${name}-kept`, name: id },
    database: databaseAccess(model).container,
  },
});

/** {@link checkedSalt} as a thing that drifts. */
export const checkedSaltThing = (id: string, model: GatewayModel): Wanted => ({
  thing: { kind: "setup", id, database: databaseAccess(model).container },
});

/**
 * A random secret that lives as long as the data it belongs to: kept in a file beside the data
 * directory, in the same volume. Pulumi forgets its random values with `destroy`; without this
 * the data that `destroy` leaves could not be used again (another salt key), and every client
 * would need a new key after a rollback. A copy among the deployment's secrets brings the same
 * values back when the volume is lost.
 * @returns the value that holds, secret
 */
export function keptSecret(
  name: string,
  args: KeptSecretArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<KeptValue> {
  const fresh = new random.RandomPassword(
    `${name}-value`,
    { length: 40, special: false, keepers: { rotation: args.rotation } },
    opts,
  );
  const { context, id } = args;
  const container = databaseAccess(context.model).container;
  const copies = posix.join(context.model.directories.secrets, "keyring");
  const kept = notedCommand(
    `${name}-kept`,
    context,
    {
      create: hostScript("keyring/keep-secret.sh", {
        CONTAINER: container,
        COPIES: copies,
        KEYRING: keyring,
        NAME: id,
      }),
      delete: hostScript("host/remove-files.sh", { DIRECTORY: copies, NAMES: id }),
      files: { directory: copies, names: [id] },
      stdin: pulumi.interpolate`${args.rotation} ${args.overlapSeconds} ${args.prefix}${fresh.result}\n`,
    },
    pulumi.mergeOptions(opts, { dependsOn: [args.databaseReady] }),
  );
  return kept.stdout.apply(parseKept);
}

/**
 * The salt key, once the database has said that it is its own. LiteLLM encrypts with it what it
 * stores (model keys, credentials), and has no way to change it.
 * @returns the same value, secret; the command fails before anything uses another one
 */
export function checkedSalt(
  name: string,
  context: StackContext,
  args: { readonly salt: pulumi.Output<string>; readonly databaseSetUp: pulumi.Resource },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const container = databaseAccess(context.model).container;
  const checked = notedCommand(
    name,
    context,
    {
      create: hostScript("keyring/check-salt.sh", {
        CONTAINER: container,
        COPIES: posix.join(context.model.directories.secrets, "keyring"),
        KEYRING: keyring,
      }),
      stdin: args.salt,
    },
    pulumi.mergeOptions(opts, { dependsOn: [args.databaseSetUp] }),
  );
  return pulumi.all([args.salt, checked.id]).apply(([salt]) => salt);
}
