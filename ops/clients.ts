import { clientSetups } from "./lib/client-setups.ts";
import { run } from "../components/host/exec.ts";

/** Prints how to connect each client with the key named by KEY; the key itself only if SHOW=1. */
const ran = await run("pulumi", ["stack", "output", "--json", "--show-secrets"]);
const outputs = JSON.parse(ran.code === 0 ? ran.stdout : "{}") as {
  gatewayUrl?: string;
  virtualKeys?: Record<string, string>;
};
const keys = outputs.virtualKeys ?? {};
const name = process.env["KEY"] ?? "";
const value = keys[name];
if (outputs.gatewayUrl === undefined) {
  process.stderr.write("nothing is deployed in this stack yet: run make up\n");
  process.exitCode = 1;
} else if (value === undefined) {
  const names = Object.keys(keys).sort().join(", ") || "none";
  process.stderr.write(
    `${name === "" ? "which key?" : `there is no key "${name}"`} Keys: ${names}\nusage: make clients KEY=name [SHOW=1]\n`,
  );
  process.exitCode = 1;
} else {
  const shown = process.env["SHOW"] === "1";
  const setups = clientSetups(outputs.gatewayUrl, shown ? value : "<key>");
  process.stdout.write(
    setups.map(({ client, text }) => `## ${client}\n\n${text}\n`).join("\n") +
      (shown ? "" : `\nThe key is hidden: make clients KEY=${name} SHOW=1 shows it.\n`),
  );
}
