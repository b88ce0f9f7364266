import { type AccessMatrix, accessMatrix } from "../config/keys/grants.ts";
import { type PreviewStep, matrixChanges, stepEffects } from "./lib/preview-summary.ts";
import { run } from "../components/host/exec.ts";
import { stackModel } from "./lib/stack-model.ts";

/** `pulumi preview`, with what it means for keys and callers in words before the diff. */
const reading = stackModel();
// Looked at once the preview has ended well: what is wrong with the configuration, that says too.
reading.catch(() => undefined);
const [preview, outputs] = await Promise.all([
  run("pulumi", ["preview", "--json"]),
  run("pulumi", ["stack", "output", "--json"]),
]);
interface Preview {
  readonly steps?: readonly PreviewStep[];
  readonly changeSummary?: Readonly<Record<string, number>>;
  readonly diagnostics?: readonly { readonly message: string; readonly severity: string }[];
}
const {
  steps = [],
  changeSummary = {},
  diagnostics = [],
} = JSON.parse(preview.stdout === "" ? "{}" : preview.stdout) as Preview;
if (preview.code !== 0) {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  process.stderr.write(`${errors.map(({ message }) => message).join("\n")}${preview.stderr}\n`);
  process.exitCode = 1;
} else {
  const { accessMatrix: before = {} } = JSON.parse(
    outputs.stdout === "" ? "{}" : outputs.stdout,
  ) as {
    accessMatrix?: AccessMatrix;
  };
  // The preview's JSON has no new stack outputs; the matrix is a function of the configuration.
  const after = accessMatrix(await reading);
  const drift = diagnostics.flatMap(({ severity, message }) =>
    severity === "warning" && message.includes("is not as it was applied")
      ? [`! ${message.replace(/^warning: /, "").trim()}`]
      : [],
  );
  const words = [...drift, ...matrixChanges(before, after), ...stepEffects(steps)];
  const summary = Object.entries(changeSummary)
    .map(([op, count]) => `${count} ${op}`)
    .join(", ");
  process.stdout.write(
    `${words.length === 0 ? "Nobody may call more or less than before; nothing is interrupted." : words.join("\n")}\n\nResources: ${summary}. The whole difference: pulumi preview --diff\n`,
  );
}
