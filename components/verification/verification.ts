import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../containers/platform.ts";
import { appliedBy } from "../drift/decisions.ts";
import { type PlanModel, purgedLines, verificationPlan } from "./plan.ts";

export interface VerificationArgs {
  readonly model: PlanModel;
  /** Key name → value, known once LiteLLM has taken the key. */
  readonly keys: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name of the proxy's container. */
  readonly proxy: pulumi.Input<string>;
  /** Ids of the containers that make up the deployment. */
  readonly deployment: pulumi.Input<string>[];
  /** What was removed from LiteLLM's database, or blocked there. */
  readonly purged: pulumi.Input<string>;
  /** What else has to be done before. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * Speaks to the new deployment as a client on this machine would, and fails `up` with the name
 * of the check that did not hold. Runs again only when something that it verifies has changed.
 */
export class Verification extends pulumi.ComponentResource {
  /** What was seen, one check a line. No secret in it. */
  readonly report: pulumi.Output<string>;
  /** The plan, for running the same checks again at any time. Secret. */
  readonly plan: pulumi.Output<string>;

  constructor(
    name: string,
    platform: Platform,
    args: VerificationArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mcp-gateway:verification:Verification", name, {}, opts);
    this.plan = pulumi.secret(
      pulumi
        .all([pulumi.all(args.keys), args.proxy, pulumi.all(args.deployment), args.purged])
        .apply(([keys, proxy, deployment, purged]) =>
          JSON.stringify(
            verificationPlan(args.model, keys, proxy, deployment, {
              applied: appliedBy(platform.drift.decisions),
              purged: purgedLines(purged),
            }),
          ),
        ),
    );
    const verified = new command.local.Command(
      `${name}-run`,
      {
        create: "exec node ops/verify.ts",
        interpreter: ["/bin/sh", "-c"],
        stdin: this.plan,
        addPreviousOutputInEnv: false,
        // Otherwise the CLI prints every line as it comes, beside its own progress display.
        logging: "none",
      },
      { parent: this, dependsOn: [...args.after] },
    );
    this.report = pulumi.unsecret(verified.stdout);
    this.registerOutputs({ report: this.report });
  }
}
