import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { keyring } from "../../config/common/names.ts";
import type { Platform } from "../containers/platform.ts";
import type { Wanted } from "../drift/decisions.ts";
import { notedCommand } from "../host/noted-command.ts";
import { hostScript } from "../shell/script.ts";
import { type KeptValue, parseKept } from "./kept-value.ts";

export interface KeptSecretArgs {
  readonly platform: Platform;
  /** The container that the keyring is reached through. */
  readonly database: string;
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

const copiesIn = ({ host }: Platform): string => posix.join(host.directories.secrets, "keyring");

/**
 * {@link keptSecret} as a thing that drifts.
 * @param id name in the keyring
 */
export const keptThing = (name: string, database: string, id: string): Wanted => ({
  thing: {
    kind: "kept",
    id: `${name}-kept`,
    name: id,
    database,
  },
});

/** {@link checkedSalt} as a thing that drifts. */
export const checkedSaltThing = (id: string, database: string): Wanted => ({
  thing: { kind: "setup", id, database },
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
  const { platform, id } = args;
  const copies = copiesIn(platform);
  const kept = notedCommand(
    `${name}-kept`,
    platform,
    {
      create: hostScript("keyring/keep-secret.sh", {
        CONTAINER: args.database,
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
  platform: Platform,
  args: {
    readonly database: string;
    readonly salt: pulumi.Output<string>;
    readonly databaseSetUp: pulumi.Resource;
  },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const checked = notedCommand(
    name,
    platform,
    {
      create: hostScript("keyring/check-salt.sh", {
        CONTAINER: args.database,
        COPIES: copiesIn(platform),
        KEYRING: keyring,
      }),
      stdin: args.salt,
    },
    pulumi.mergeOptions(opts, { dependsOn: [args.databaseSetUp] }),
  );
  return pulumi.all([args.salt, checked.id]).apply(([salt]) => salt);
}
