/** What of a checkout another Pulumi project needs beside it, to run the same program. */
export const programFiles: readonly string[] = [
  "index.ts",
  "config",
  "components",
  "guard",
  "mcp-connectors",
  "ops",
  "schemas",
  "node_modules",
  "package.json",
  "Pulumi.yaml",
  "tools.lock.json",
];
