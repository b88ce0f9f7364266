import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type KeptValue, parseKept } from "../access/credentials.ts";
import type { DockerHost } from "../config/model.ts";
import { hostCommand } from "../host/host-command.ts";
import { hostScript } from "../host/host-script.ts";
import { keyring } from "../names.ts";

export interface KeptSecretArgs {
  readonly host: DockerHost;
  /** The database's container, in whose volume the keyring is. */
  readonly container: string;
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
 * A random secret that lives as long as the data it belongs to: kept in a file beside the data
 * directory, in the same volume. Pulumi forgets its random values with `destroy`; without this
 * the data that `destroy` leaves could not be used again (another salt key), and every client
 * would need a new key after a rollback.
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
  const kept = hostCommand(
    `${name}-kept`,
    args.host,
    {
      create: hostScript("keep-secret.sh", {
        CONTAINER: args.container,
        KEYRING: keyring,
        NAME: args.id,
      }),
      stdin: pulumi.interpolate`${args.rotation} ${args.overlapSeconds} ${args.prefix}${fresh.result}\n`,
    },
    pulumi.mergeOptions(opts, { dependsOn: [args.databaseReady] }),
  );
  return kept.stdout.apply(parseKept);
}
