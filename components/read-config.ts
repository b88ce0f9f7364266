import * as pulumi from "@pulumi/pulumi";
import type { GatewayModel } from "../config/model.ts";
import { ConfigError, readStack } from "../config/read.ts";

/**
 * The selected stack's configuration as a model.
 * @throws pulumi.RunError with every problem in it, before anything is changed
 */
export function readConfig(root: string): GatewayModel {
  try {
    const model = readStack(root, {
      project: pulumi.getProject(),
      stack: pulumi.getStack(),
      values: pulumi.runtime.allConfig(),
    });
    for (const warning of model.warnings) void pulumi.log.warn(warning);
    return model;
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}
