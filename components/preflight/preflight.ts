import { optional } from "../../config/common/optional.ts";
import { databaseAccess } from "../../config/database/access.ts";
import type { GatewayModel } from "../../config/model.ts";
import { setCommand } from "../../config/problems.ts";
import { sharedDatabaseFindings } from "../database/shared-admin.ts";
import { parseApplied } from "../drift/applied-facts.ts";
import type { Look } from "../drift/decisions.ts";
import { lookBack } from "../drift/notes.ts";
import { hostExec } from "../host/exec.ts";
import { prepareSsh } from "../host/ssh.ts";
import { hostScript } from "../shell/script.ts";
import { withDeployedPorts } from "./deployed-ports.ts";
import { withDeployedSubnets } from "./deployed-subnets.ts";
import type { Finding } from "./finding.ts";
import { findings, imagePath } from "./findings.ts";
import { type MissingImage, parseFacts } from "./host-facts.ts";
import { hostFindings } from "./host-findings.ts";
import { neededImages } from "./needed-images.ts";
import { wantedPaths } from "./path-findings.ts";
import { nearestTags, publishedTags, registryOf } from "./published-tags.ts";
import { type Substitution, proxySubstitution } from "./substitution.ts";
import { keyFinding, unreachable } from "./unreachable.ts";

/** Images that are built from locked packages because nobody publishes them. */
const ownImages = "mcp-gateway/";

function imageFinding(
  model: GatewayModel,
  missing: MissingImage,
  tags: readonly string[] | undefined,
): Finding {
  if (missing.image.startsWith(ownImages))
    return {
      message: `the image ${missing.image} has not been built on this machine yet`,
      fix: "make images",
    };
  const where = registryOf(missing.image);
  const near = tags === undefined ? [] : nearestTags(where?.tag ?? "", tags);
  const exists =
    tags === undefined
      ? "its registry could not be asked what exists"
      : tags.length === 0
        ? "its repository has no tags"
        : `published tags like it: ${near.join(", ") || tags.slice(-5).join(", ")}`;
  const path = imagePath(model, missing.image);
  const nearest = near[0] ?? tags?.at(-1);
  const better =
    nearest === undefined || where === undefined
      ? undefined
      : `${where.registry}/${where.repository}:${nearest}`;
  const allow =
    missing.image === model.proxy.image && (tags ?? []).some((tag) => tag.endsWith("-stable"))
      ? `, or let such a one be taken: ${setCommand(["proxy", "imageFallback"], "nearest-stable")}`
      : "";
  return {
    message: `the image ${missing.image} cannot be obtained (${missing.reason}); ${exists}`,
    fix: `${setCommand(path, better)}${allow}`,
  };
}

/** All findings as one text for the user. */
export function renderFindings(found: readonly Finding[]): string {
  const parts = found.map(
    ({ message, fix }, index) => `  ${index + 1}. ${message}\n     fix: ${fix}`,
  );
  const count = found.length === 1 ? "is a problem" : `are ${found.length} problems`;
  return `there ${count} on the Docker host; nothing was changed\n\n${parts.join("\n\n")}\n`;
}

/** The script's answer, or why there is none. */
async function look(configured: GatewayModel): Promise<string> {
  const { dockerHost, ssh } = configured;
  if (dockerHost.kind === "ssh" && ssh !== undefined) {
    const noKey = keyFinding(ssh, process.cwd());
    if (noKey.length > 0) throw new Error(renderFindings(noKey));
    prepareSsh(dockerHost, ssh, process.cwd());
  }
  // The look back runs beside the rest.
  const script = [
    lookBack(configured, databaseAccess(configured).container),
    "trap wait EXIT\nlook 2>/dev/null &\n",
    hostScript("preflight/preflight.sh", {
      IMAGES: neededImages(configured).join(" "),
      VOLUME: configured.database.volume,
      CONFIG: configured.directories.config,
      SECRETS: configured.directories.secrets,
      PATHS: wantedPaths(configured).join("\n"),
    }),
  ].join("");
  const ran = await hostExec(dockerHost, ["/bin/sh", "-s"], script);
  if (ran.code === 255 && dockerHost.kind === "ssh" && ssh !== undefined)
    throw new Error(renderFindings([unreachable(dockerHost, ssh, ran.stderr)]));
  if (ran.code !== 0)
    throw new Error(`the Docker host ${dockerHost.url} could not be looked at: ${ran.stderr}`);
  return ran.stdout;
}

/**
 * One read-only look at the Docker host before anything is changed, over one SSH connection.
 * @param preview whether not even an image may be fetched
 * @returns the model with the ports and the subnets that it has there, what it says of
 *   what was applied before, and the image of the proxy to deploy if it is to be another than the configured one
 * @throws Error with every finding and its fix
 */
export async function preflight(
  configured: GatewayModel,
  preview: boolean,
): Promise<{
  readonly model: GatewayModel;
  readonly look: Look;
  readonly substitution?: Substitution;
}> {
  const asked = Math.floor(Date.now() / 1000);
  const text = await look(configured);
  const facts = parseFacts(text);
  const placed = withDeployedSubnets(withDeployedPorts(configured, facts), facts);
  const { model } = placed;
  const answered = Math.floor(Date.now() / 1000);
  const tags = await Promise.all(
    facts.missingImages.map(async (missing) => ({
      missing,
      tags: await publishedTags(missing.image),
    })),
  );
  const substitution = proxySubstitution(model, tags);
  const found = [
    ...findings(model, facts),
    ...placed.findings,
    ...hostFindings(model, facts, asked, answered),
    ...(facts.engine === "answers" ? await sharedDatabaseFindings(model, preview) : []),
    ...tags
      .filter(({ missing }) => missing.image !== substitution?.wanted)
      .map(({ missing, tags: published }) => imageFinding(model, missing, published)),
  ];
  if (found.length > 0) throw new Error(renderFindings(found));
  return {
    model,
    look: { facts: parseApplied(text), fresh: String(Date.now()) },
    ...optional({ substitution }),
  };
}
