import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JestResults, slowest } from "./lib/slowest.ts";

// `node ops/slowest.ts FILE`, with a file that jest has written with --json.
const results = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as JestResults;
for (const line of slowest(results, join(import.meta.dirname, "..")))
  process.stdout.write(`${line}\n`);
