import * as docker from "./docker.ts";
import { inCheckout } from "./paths.ts";

/**
 * Runs Python in LiteLLM's image without a network, with the guard's files in /files.
 * @param options of `docker run`
 */
export const pythonInLitellm = (source: string, options: readonly string[] = []) =>
  docker.runOnce([
    "--network",
    "none",
    "--volume",
    `${inCheckout("guard")}:/files:ro`,
    ...options,
    "--entrypoint",
    "python3",
    docker.image(docker.images.litellm),
    "-B",
    "-c",
    `import json, os, sys, time\nsys.path.insert(0, "/files")\n${source}`,
  ]);
