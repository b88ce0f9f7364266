import { kindWords, kinds } from "./attack/attack.ts";
import { bodies } from "./attack/bodies.ts";
import { bodyEncodings } from "./attack/encodings.ts";
import { headerAttacks } from "./attack/headers.ts";
import { containersOf } from "./attack/deployment.ts";
import { inside } from "./attack/inside.ts";
import { limitAttacks } from "./attack/limits.ts";
import { listen } from "./attack/listener.ts";
import { routeAttacks } from "./attack/routes.ts";
import { Attacker, type Run, rowsOf } from "./attack/run.ts";
import { asShown, cast, sceneOf } from "./attack/scene.ts";
import { type Row, reachedLines, table } from "./attack/table.ts";
import { readTarget } from "./attack/target.ts";
import { toolAttacks } from "./attack/tools.ts";

/**
 * Attacks a deployed gateway as its clients can, and, where its Docker host is this one, as a
 * connector's own program can. Prints attack by kind of key, and a line for everything that was
 * reached; ends with an error if anything was. It knows nothing of the gateway's source.
 */
const minutes = Number(process.env["MINUTES"] ?? 20);
const only = new RegExp(process.env["ONLY"] ?? "");
const target = await readTarget(process.env);
const url = new URL(target.url);
const say = (line: string): void => {
  process.stderr.write(`  ${line}\n`);
};

const containers = target.namePrefix === undefined ? [] : await containersOf(target.namePrefix);
const listener = await listen(containers.flatMap(({ gateways }) => gateways));
const keys = await Promise.all(target.keys.map((key) => asShown(url, key)));
const chosen = cast(keys);
const run: Run = {
  url,
  listener,
  masterKey: target.masterKey,
  guarded: {
    secrets: {
      "the master key": target.masterKey ?? "",
      ...Object.fromEntries(keys.map(({ name, value }) => [`the key ${name}`, value])),
    },
    own: [...listener.bases, `//${url.host}`],
  },
  until: Date.now() + minutes * 60_000,
};
const attacks = [
  ...bodies,
  ...bodyEncodings,
  ...headerAttacks,
  ...toolAttacks,
  ...routeAttacks,
  ...limitAttacks,
].filter(({ id }) => only.test(id));

process.stdout.write(
  `${url.origin}, ${keys.length} keys, a listener at ${listener.bases.join(" and ")}\n`,
);
for (const [kind, key] of chosen)
  process.stdout.write(
    `  ${kindWords[kind]}: ${key.name} (${key.tools.length} tools, ${key.models.length} models)\n`,
  );

const attackers = kinds.map((kind) => {
  const there = kind === "none" || kind === "garbage" || chosen.has(kind);
  const attacker = there ? new Attacker(run, sceneOf(url, kind, keys, chosen)) : undefined;
  return [kind, attacker] as const;
});
const heads = kinds.map((kind) => kindWords[kind]);
try {
  const rows = await rowsOf(attacks, attackers, say);
  const within = only.test("inside") ? await inside(target, containers, listener.port) : undefined;
  report(heads, rows);
  if (within === undefined)
    process.stdout.write(
      "\nfrom inside: not tried, no Docker host of this deployment's is at hand\n",
    );
  else report(within.heads, within.rows);
  const left = new Set(
    attacks.flatMap(({ id, leaves }) =>
      leaves !== undefined && rows.some((row) => row.id === id && reached([row])) ? leaves : [],
    ),
  );
  for (const what of left) process.stdout.write(`\nleft behind: ${what}\n`);
  const asked = attackers.reduce((sum, [, attacker]) => sum + (attacker?.asked ?? 0), 0);
  const all = [...rows, ...(within?.rows ?? [])];
  const count = all.flatMap(({ cells }) => cells).filter(({ verdict }) => verdict === "reached");
  process.stdout.write(`\n${asked} requests; ${count.length} cells reached\n`);
  const untried = all.flatMap(({ cells }) => cells).some(({ verdict }) => verdict === "not tried");
  if (untried)
    process.stdout.write(
      `not everything was tried in ${minutes} minutes: MINUTES=60 make attack\n`,
    );
  if (count.length > 0 || untried) process.exitCode = 1;
} finally {
  listener.close();
}

function reached(rows: readonly Row[]): boolean {
  return rows.some(({ cells }) => cells.some(({ verdict }) => verdict === "reached"));
}

function report(columns: readonly string[], rows: readonly Row[]): void {
  process.stdout.write(`\n${table(columns, rows)}\n`);
  for (const line of reachedLines(columns, rows)) process.stdout.write(`reached: ${line}\n`);
}
