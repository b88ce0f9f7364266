import { fullToolName } from "../common/names.ts";
import { optional } from "../common/optional.ts";
import { type Problem, setTo, didYouMean, list } from "../common/problem.ts";
import type { ConfigContext } from "./context.ts";
import { type ConnectorInstance, kindName, lockKey, lockSource } from "./instance.ts";

/** Clients refuse tool names of more than 60 to 64 characters, prefix included. */
const longestToolName = 60;

/** Every connector's tools are locked, for the image that the catalogue has, and not too long. */
export function lockCheck(
  instances: readonly ConnectorInstance[],
  { lock, lockIsWritten }: Pick<ConfigContext, "lock" | "lockIsWritten">,
): Problem[] {
  if (lockIsWritten === true) return [];
  return instances.flatMap((instance): Problem[] => {
    const { id, entry: connector, definition } = instance;
    const source = lockSource(definition, connector.inputs);
    const locked = lock.connectors[lockKey(instance)];
    const kind = kindName(connector);
    const what = connector.use === undefined ? "definition" : "use";
    if (locked?.image !== source)
      return [
        {
          path: ["connectors", id, what],
          message:
            locked === undefined
              ? `tools.lock.json does not know the tools of "${kind}"`
              : `tools.lock.json has the tools of another image of "${kind}"`,
          ...optional({ value: connector.use }),
          allowed: `a connector whose tools were read from ${source}`,
          fix: "make tools-lock, then look at what git diff tools.lock.json shows",
        },
      ];
    const verify = connector.verify?.tool;
    const known = Object.keys(locked.tools);
    if (verify !== undefined && !known.includes(verify))
      return [
        {
          path: ["connectors", id, "verify", "tool"],
          message: `"${kind}" has no tool "${verify}"${didYouMean(verify, known)}`,
          value: verify,
          allowed: list(known),
          fix: setTo(["connectors", id, "verify", "tool"], definition.verify.tool),
        },
      ];
    const alias = connector.alias ?? id;
    const [longest = ""] = Object.keys(locked.tools).sort((a, b) => b.length - a.length);
    const room = longestToolName - `-${longest}`.length;
    return alias.length <= room
      ? []
      : [
          {
            path: ["connectors", id, "alias"],
            message: `"${fullToolName(alias, longest)}" is longer than ${longestToolName} characters`,
            value: alias,
            allowed: `an alias of at most ${Math.max(room, 0)} characters`,
            fix: setTo(["connectors", id, "alias"], id.slice(0, Math.max(1, Math.min(3, room)))),
          },
        ];
  });
}
