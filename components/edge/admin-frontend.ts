import { edge } from "../../config/common/names.ts";
import { accessLog, formRules, forwarded, hostRules, untrusted } from "./common-rules.ts";
import { refuse } from "./refusal.ts";

/** LiteLLM's own limit does not exist; an upload of its UI is small. */
const maxBodyMb = 32;

/**
 * Every route of LiteLLM for the operator, published on the Docker host's loopback alone. Other
 * containers can reach this port as well: only Docker's own addresses on the edge's networks, by
 * which the host comes in, may use it (`admin.lst`, written by the host).
 */
export function adminFrontend(): string[] {
  return [
    "frontend admin",
    `  bind :${edge.adminPort}`,
    accessLog,
    ...refuse({
      reason: "source",
      status: 403,
      message: "the admin port is for the Docker host itself",
      when: "unless { src -f admin.lst }",
    }),
    ...hostRules,
    ...formRules(maxBodyMb),
    "  http-request set-var(txn.path) path,url_dec,lower",
    ...refuse({
      reason: "route",
      status: 404,
      message: "closed: it lets anybody make LiteLLM connect anywhere (CVE-2026-42271)",
      when: "if { var(txn.path) -m sub mcp-rest } { var(txn.path) -m sub test }",
    }),
    forwarded,
    ...untrusted,
    "  default_backend litellm",
  ];
}
