import { z } from "zod";

const claim = z.string().min(1);

/** What was found out about a server before it came into the catalogue; each claim has a source. */
export const vetting = z.strictObject({
  licence: claim,
  maintainer: claim,
  /** Version and date. */
  lastRelease: claim,
  authentication: claim,
  healthEndpoint: claim,
  knownHoles: z.array(claim),
  sources: z.array(claim).min(1),
  /** YYYY-MM-DD. */
  checked: z.iso.date(),
});
