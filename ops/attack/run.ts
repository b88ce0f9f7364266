import type { Answer, Ask, Attack, Kind, Scene, Try } from "./attack.ts";
import { type Guarded, leakWords, leaks } from "./leaks.ts";
import type { Listener } from "./listener.ts";
import { type Cell, type Outcome, type Row, cellOf, notTried } from "./table.ts";
import { send } from "./wire.ts";

/** What a run needs to know and to keep within. */
export interface Run {
  readonly url: URL;
  readonly listener: Listener;
  readonly masterKey: string | undefined;
  readonly guarded: Guarded;
  /** When it ends, however much is left to be tried. */
  readonly until: number;
}

const together = 2;
/** Times that the gateway is asked again when it is busy or not there. */
const patience = 5;
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

let marks = 0;
const nextMark = (): string => `attack-${(++marks).toString(36)}${Date.now().toString(36)}`;

/** A kind of key at work: what its attacks come to, and what the answers to it have shown. */
export class Attacker {
  readonly #run: Run;
  readonly #scene: Omit<Scene, "mark" | "listener">;
  readonly #shown = new Map<string, Set<string>>();
  #asked = 0;

  constructor(run: Run, scene: Omit<Scene, "mark" | "listener">) {
    this.#run = run;
    this.#scene = scene;
  }

  get asked(): number {
    return this.#asked;
  }

  /** One attack in every way of it; without a key that the gateway knows, in the first. */
  async cell({ tries }: Attack): Promise<Cell> {
    const { kind } = this.#scene;
    const all = kind === "none" || kind === "garbage" ? tries.slice(0, 1) : [...tries];
    const outcomes: Outcome[] = [];
    const next = async (): Promise<void> => {
      for (let one = all.shift(); one !== undefined; one = all.shift()) {
        if (Date.now() > this.#run.until) return;
        const outcome = await this.#outcome(one);
        if (outcome !== undefined) outcomes.push(outcome);
      }
    };
    await Promise.all(Array.from({ length: together }, next));
    if (all.length > 0) return notTried("the time was over");
    return cellOf(outcomes);
  }

  /** What answers have shown so far, as cells. */
  shown(): ReadonlyMap<string, Cell> {
    return new Map(
      Object.keys(leakWords).map((id) => {
        const seen = [...(this.#shown.get(id) ?? [])];
        return [id, { verdict: seen.length > 0 ? "reached" : "refused", statuses: [], seen }];
      }),
    );
  }

  async #outcome(one: Try): Promise<Outcome | undefined> {
    const bases = one.listens ? this.#run.listener.bases : [""];
    const tried = await Promise.all(bases.map((base) => this.#once(one, base)));
    const done = tried.filter((outcome) => outcome !== undefined);
    if (done.length === 0) return undefined;
    const statuses = done.flatMap((outcome) => outcome.statuses);
    const away = done.some((outcome) => outcome.away);
    return { name: one.name, statuses, seen: done.find(({ seen }) => seen)?.seen, away };
  }

  async #once({ name, asks, sees }: Try, base: string): Promise<Outcome | undefined> {
    const { listener, masterKey } = this.#run;
    const mark = nextMark();
    const scene: Scene = { ...this.#scene, mark, listener: `${base}/${mark}/v1` };
    const requests = asks(scene);
    if (requests.length === 0) return undefined;
    const answers: Answer[] = [];
    for (const ask of requests) answers.push(await this.#ask(ask));
    // What the victim of an attack was answered is no answer to whoever attacks.
    const mine = answers.filter((_, at) => this.#isMine(requests[at]));
    for (const answer of mine) this.#look(answer);
    // What another try has left behind may take this one's words elsewhere.
    const hits = listener.hits().filter((hit) => hit.mark === mark || hit.body.includes(mark));
    const seen = sees({ scene, answers, hits, masterKey });
    return { name, statuses: mine.map(({ status }) => status), seen, away: mine.some(isAway) };
  }

  #isMine(ask: Ask | undefined): boolean {
    const said = ask?.headers["Authorization"];
    return said === undefined || said === this.#scene.authorization["Authorization"];
  }

  #look(answer: Answer): void {
    for (const [id, words] of Object.entries(leaks(answer, this.#run.guarded)))
      if (!this.#shown.has(id)) this.#shown.set(id, new Set([words]));
  }

  /** An answer that is not the rate limit's: that one hides what would have come without it. */
  async #ask(ask: Ask): Promise<Answer> {
    for (let turn = 1; ; turn++) {
      this.#asked++;
      const answer = await send(this.#run.url, ask);
      const seconds = limitedFor(answer);
      if (seconds === undefined || turn === patience) return answer;
      if (Date.now() + seconds * 1000 > this.#run.until) return answer;
      await wait(seconds * 1000);
    }
  }
}

/** The edge's own word that nothing is behind it, not LiteLLM's that a model is not. */
export const isAway = ({ status, headers, body }: Answer): boolean =>
  [502, 503, 504].includes(status) &&
  headers["server"] !== "uvicorn" &&
  !/litellm\.|"detail"/.test(body);

/** How long the gateway itself asks to wait; a model's rate limit is an answer like any other. */
export function limitedFor(answer: Answer): number | undefined {
  const { status, headers, body } = answer;
  const after = headers["retry-after"];
  if (isAway(answer)) return Number(after ?? 5) || 5;
  // What other tries have made of the model is no answer to this one.
  if (status === 429 && body.includes("No deployments available")) return 5;
  if (status !== 429 || after === undefined || headers["server"] === "uvicorn") return undefined;
  return Number.isNaN(Number(after)) ? undefined : Number(after);
}

/** The table's rows: attacks by attacker, those that leave something behind last. */
export async function rowsOf(
  attacks: readonly Attack[],
  attackers: readonly (readonly [Kind, Attacker | undefined])[],
  say: (line: string) => void,
): Promise<readonly Row[]> {
  const cells = new Map<string, Map<Kind, Cell>>();
  const rounds = [
    attacks.filter(({ leaves, heavy }) => !leaves && !heavy),
    attacks.filter(({ leaves }) => leaves),
    attacks.filter(({ heavy }) => heavy),
  ];
  for (const round of rounds)
    await Promise.all(
      attackers.map(async ([kind, attacker]) => {
        for (const attack of round) {
          const cell = (await attacker?.cell(attack)) ?? cellOf([]);
          cells.set(attack.id, (cells.get(attack.id) ?? new Map<Kind, Cell>()).set(kind, cell));
          say(`${kind} ${attack.id}: ${cell.verdict}`);
        }
      }),
    );
  const lines = attacks.map(({ id, words }) => ({
    id,
    words,
    cells: attackers.map(([kind]) => cells.get(id)?.get(kind) ?? cellOf([])),
  }));
  const shown = Object.entries(leakWords).map(([id, words]) => ({
    id,
    words,
    cells: attackers.map(([, attacker]) => attacker?.shown().get(id) ?? cellOf([])),
  }));
  return [...lines, ...shown];
}
