import { mounted } from "../../config/common/names.ts";
import type { ContainerDefinition } from "../../config/connectors/definition.ts";
import type { ConnectorContainer } from "../../config/connectors/model.ts";

/** What every connector's container finds at {@link mounted}.config. */
export const connectorFiles: readonly string[] = [
  "bridge.py",
  "bridge_answers.py",
  "bridge_child.py",
  "probe.mjs",
  "probe.py",
];

/**
 * Reads the secrets file, then becomes the program. The words come as arguments: nothing is
 * interpolated.
 */
export const withSecrets: readonly string[] = [
  "/bin/sh",
  "-c",
  `set -a; . ${mounted.secrets}; set +a; exec "$0" "$@"`,
];

/**
 * Program and arguments of a connector's container: the server, or the bridge with it inside.
 * @param resultMb the size of an answer that the bridge does not pass on any more
 */
export function programOf(definition: ContainerDefinition, resultMb: number): readonly string[] {
  if (definition.transport !== "stdio") return definition.command;
  return [
    // Few modules: it only waits.
    "python3",
    "-I",
    "-S",
    `${mounted.config}/bridge.py`,
    "mcp-proxy",
    "--host",
    "0.0.0.0",
    "--port",
    String(definition.port),
    // Stateless: a session would stay until its client ends it, and not all do.
    "--stateless",
    "--pass-environment",
    "--log-level",
    "WARNING",
    "--",
    "python3",
    `${mounted.config}/bridge_child.py`,
    String(resultMb),
    ...definition.command,
  ];
}

/** The health probe as Docker runs it: with the secrets, for a server that wants a header. */
export function probeOf(
  { definition }: Pick<ConnectorContainer, "definition">,
  secrets: boolean,
): readonly string[] {
  const { probe, transport, port, path } = definition;
  const file = probe === "node" ? "probe.mjs" : "probe.py";
  return [
    "CMD",
    ...(secrets ? withSecrets : []),
    probe,
    `${mounted.config}/${file}`,
    transport === "sse" ? "sse" : "http",
    String(port),
    path,
  ];
}
