import type { GatewayModel } from "../config/model.ts";
import { setCommand } from "../config/problems.ts";
import { databaseAccess } from "../database/access.ts";
import { sharedDatabaseFindings } from "../database/shared-admin.ts";
import { parseApplied } from "../host/applied-facts.ts";
import { hostExec } from "../host/host-exec.ts";
import { hostScript } from "../host/host-script.ts";
import { lookBack } from "../host/notes.ts";
import { Words } from "../host/words.ts";
import { withDeployedPorts } from "./deployed-ports.ts";
import { type Finding, type MissingImage, findings, imagePath, parseFacts } from "./findings.ts";
import { nearestTags, publishedTags, registryOf } from "./published-tags.ts";

async function imageFinding(model: GatewayModel, missing: MissingImage): Promise<Finding> {
  const where = registryOf(missing.image);
  const tags = await publishedTags(missing.image);
  const near = tags === undefined ? [] : nearestTags(where?.tag ?? "", tags);
  const exists =
    tags === undefined
      ? "its registry could not be asked what exists"
      : tags.length === 0
        ? "its repository has no tags"
        : `published tags like it: ${near.join(", ") || tags.slice(-5).join(", ")}`;
  const path = imagePath(model, missing.image);
  const better =
    near[0] === undefined || where === undefined
      ? undefined
      : `${where.registry}/${where.repository}:${near[0]}`;
  return {
    message: `the image ${missing.image} cannot be obtained (${missing.reason}); ${exists}`,
    fix: setCommand(path, better),
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

/**
 * One read-only look at the Docker host before anything is changed.
 * @param preview whether not even an image may be fetched
 * @returns the model with the ports that its connectors have there, and the words of what was
 *   applied before
 * @throws Error with every finding and its fix
 */
export async function preflight(
  configured: GatewayModel,
  preview: boolean,
): Promise<{ readonly model: GatewayModel; readonly words: Words }> {
  const images = [
    ...(["database", "proxy", "edge", "mockModel"] as const).map((part) => configured[part].image),
    ...configured.connectors.map((connector) => connector.image),
  ];
  // The look back runs beside the rest.
  const script = [
    lookBack(configured, databaseAccess(configured).container),
    "trap wait EXIT\nlook 2>/dev/null &\n",
    hostScript("preflight.sh", { IMAGES: [...new Set(images)].join(" ") }),
  ].join("");
  const ran = await hostExec(configured.dockerHost, ["/bin/sh", "-s"], script);
  if (ran.code !== 0)
    throw new Error(
      `the Docker host ${configured.dockerHost.url} could not be looked at: ${ran.stderr}`,
    );
  const facts = parseFacts(ran.stdout);
  const model = withDeployedPorts(configured, facts);
  const found = [
    ...findings(model, facts),
    ...(facts.engine === "answers" ? await sharedDatabaseFindings(model, preview) : []),
    ...(await Promise.all(facts.missingImages.map((missing) => imageFinding(model, missing)))),
  ];
  if (found.length > 0) throw new Error(renderFindings(found));
  return { model, words: new Words(parseApplied(ran.stdout), String(Date.now())) };
}
