import * as pulumi from "@pulumi/pulumi";
import type { Platform } from "../containers/platform.ts";
import { hostCommand } from "../host/command.ts";
import type { RunningProxy } from "../litellm/proxy.ts";
import { hostScript } from "../shell/script.ts";
import { candidatePlan } from "./candidate-plan.ts";
import { type PlanModel, verificationPlan } from "./plan.ts";

export interface CandidateArgs {
  readonly model: PlanModel;
  readonly proxy: RunningProxy;
  /** Key name → value, known once LiteLLM has taken the key. */
  readonly keys: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the proxy needs besides itself: the connectors and the relay, ready and linked. */
  readonly others: readonly pulumi.Resource[];
}

/**
 * Tries a new proxy with the real keys and one real call of each connector, on its own loopback.
 * @returns the container's name, known once it has proved itself
 */
export function provedProxy(
  name: string,
  platform: Platform,
  args: CandidateArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { model } = args;
  const checked = hostCommand(
    name,
    platform.host.dockerHost,
    {
      create: args.proxy.container.apply((container) =>
        hostScript("verification/check-candidate.sh", { PROXY: container }),
      ),
      // Only another proxy is tried: a key is revoked also while some connector is down.
      update: "true",
      again: [args.proxy.container],
      stdin: pulumi
        .all([pulumi.all(args.keys), args.proxy.container])
        .apply(([keys, proxy]) =>
          JSON.stringify(candidatePlan(verificationPlan(model, keys, proxy, []))),
        ),
    },
    pulumi.mergeOptions(opts, { dependsOn: [args.proxy.ready, ...args.others] }),
  );
  return pulumi.all([args.proxy.container, checked.id]).apply(([container]) => container);
}
