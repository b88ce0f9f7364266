import { z } from "zod";

const whole = (least: number, most: number, usual: number, description: string) =>
  z
    .number()
    .int()
    .min(least)
    .max(most)
    .default(usual)
    .meta({ description: `${description}, ${least} to ${most}` });

/** What one key may take of the proxy and of a connector, so that it cannot starve others. */
export const callLimits = z
  .strictObject({
    resultMb: whole(1, 64, 8, "megabytes of one answer of an MCP server"),
    callsPerKey: whole(1, 200, 8, "tool calls of one key that are under way at once"),
    callsPerConnector: whole(
      1,
      400,
      16,
      "tool calls that are under way at once at one connector, half of them of one key",
    ),
    callsPerProcess: whole(
      1,
      400,
      4,
      "the same for a stdio server, which is one process for all of its callers",
    ),
    waitingPerKey: whole(0, 1000, 32, "calls of one key that may wait for their turn"),
    waitSeconds: whole(1, 300, 30, "how long a call waits for its turn"),
  })
  .prefault({});
