import { writeFileSync } from "node:fs";
import { matrixHtml, matrixText } from "../config/keys/matrix-table.ts";
import { stackModel } from "./lib/stack-model.ts";

/** Prints who may call what, or writes it as a page (HTML=1). Nothing has to be deployed. */
try {
  const model = await stackModel();
  if (process.env["HTML"] === "1") {
    const file = "access.html";
    writeFileSync(file, matrixHtml(model, process.env["PULUMI_STACK"] ?? "local"));
    process.stdout.write(`wrote ${file}\n`);
  } else process.stdout.write(matrixText(model));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
