import { z } from "zod";

const claim = z.string().min(1);

/** What was found out about a server before it came into the catalogue; each claim has a source. */
export const vetting = z.strictObject({
  licence: claim.meta({ description: "its licence" }),
  maintainer: claim.meta({ description: "who keeps it" }),
  /** Version and date. */
  lastRelease: claim.meta({ description: "its last release, with the day" }),
  authentication: claim.meta({ description: "how it asks who calls" }),
  healthEndpoint: claim.meta({ description: "what it answers about its health" }),
  knownHoles: z
    .array(claim)
    .meta({ description: "published holes, and what a caller can do with it" }),
  sources: z.array(claim).min(1).meta({ description: "where that was found" }),
  checked: z.iso.date().meta({ description: "the day on which it was found, YYYY-MM-DD" }),
});
