import type { GatewayModel } from "../../config/model.ts";
import type { DriftPlan } from "../drift/decisions.ts";

/** What commands on the Docker host take of the whole: where it is, and what has drifted there. */
export interface HostPlatform {
  readonly host: Pick<GatewayModel, "directories" | "dockerHost">;
  /** What has drifted on the host since it was applied, and what follows. */
  readonly drift: DriftPlan;
}
