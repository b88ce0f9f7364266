import { writeFileSync } from "node:fs";
import { stackFileSchema } from "../config/json-schema.ts";

/** Writes the schema that editors use for `Pulumi.<stack>.yaml`. */
writeFileSync("schemas/stack-config.json", stackFileSchema());
