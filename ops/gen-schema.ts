import { writeFileSync } from "node:fs";
import { stackFileSchema } from "../config/json-schema.ts";
import { configurationDocument, configurationText } from "./lib/configuration-document.ts";

/** Writes what is said of the configuration elsewhere: for editors, and for people. */
writeFileSync("schemas/stack-config.json", stackFileSchema());
writeFileSync(configurationDocument, await configurationText());
