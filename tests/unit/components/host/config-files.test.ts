import { posix } from "node:path";
import { deploy } from "../../../../components/deploy.ts";
import { contentHash } from "../../../../components/host/files.ts";
import { readConfig } from "../../../../components/read-config.ts";
import { checkout } from "../../../support/paths.ts";
import { record, reveal } from "../../../support/recorder.ts";
import { stackConfig } from "../../../support/stack-file.ts";

/** The files that a command writes, as its standard input has them. */
const written = (stdin: string) =>
  stdin
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [name = "", mode, , content = ""] = line.split(" ");
      return {
        name,
        content: Buffer.from(content, "base64").toString(),
        ...(mode === "755" ? { program: true as const } : {}),
      };
    });

// Otherwise a script that is written anew is the end of files that are in use.
it("names a directory of configuration by its files and by all of the script that removes them", async () => {
  const recording = await record(() => deploy(readConfig(checkout)), "local", stackConfig("local"));
  const kept = recording.resources.filter(({ options }) =>
    options.replaceOnChanges?.includes("delete"),
  );
  expect(kept.map(({ name }) => name)).toEqual([
    "mcp-gateway-connector-postgres-samples-config",
    "mcp-gateway-connector-files",
    "mcp-gateway-proxy-config",
    "mcp-gateway-mock-model-config",
  ]);
  for (const { inputs } of kept) {
    const removal = String(reveal(inputs["delete"]));
    const directory = /^DIRECTORY='(.*)'$/m.exec(removal)?.[1] ?? "";
    const content = removal
      .replace(/^(export DOCKER_HOST|DIRECTORY|NAMES)='.*'\n/gm, "")
      .replace(/^(APPLIED|ID)='.*'$/gm, "$1=''");
    const files = written(String(reveal(inputs["stdin"])));
    expect(contentHash([...files, { name: "remove-files.sh", content }])).toBe(
      posix.basename(directory),
    );
  }
});
