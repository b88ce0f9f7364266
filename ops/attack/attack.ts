/** Who asks. The first two have no key of the gateway's. */
export const kinds = ["none", "garbage", "narrow", "model", "other"] as const;
export type Kind = (typeof kinds)[number];

export const kindWords: Readonly<Record<Kind, string>> = {
  none: "no key",
  garbage: "garbage",
  narrow: "no model",
  model: "with a model",
  other: "another key",
};

/** A key of the deployment and the row that it has, as far as anybody can see. */
export interface AttackKey {
  readonly name: string;
  readonly value: string;
  /** As a client calls them: `alias-tool`. */
  readonly tools: readonly string[];
  readonly models: readonly string[];
}

/** What is known of a key beforehand; what is left out is asked of the gateway. */
export type KnownKey = Pick<AttackKey, "name" | "value"> & {
  readonly tools: AttackKey["tools"] | undefined;
  readonly models: AttackKey["models"] | undefined;
};

/** A request as it goes over the wire. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sent byte for byte instead, on a connection of its own. */
  readonly raw?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request that came to the listener. */
export interface Hit {
  readonly mark: string;
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

/** What one try finds: who asks, what is there, and where the listener waits for it. */
export interface Scene {
  readonly kind: Kind;
  /** The Authorization header, or none. */
  readonly authorization: Readonly<Record<string, string>>;
  readonly key: AttackKey | undefined;
  /** A model that the key may ask; without one, whatever model the deployment is known to have. */
  readonly model: string;
  readonly mayAsk: boolean;
  readonly foreignModel: string | undefined;
  readonly foreignTool: string | undefined;
  /** Another key that may ask the same model. */
  readonly victim: AttackKey | undefined;
  /** An address of this machine under which the listener can be found, with this try's mark in it. */
  readonly listener: string;
  /** A word that nobody else says. */
  readonly mark: string;
  /** Host and port of the gateway, as a Host header has it. */
  readonly host: string;
}

/** What is held against the facts of a try: words for what was reached, or nothing. */
export interface Facts {
  readonly scene: Scene;
  readonly answers: readonly Answer[];
  readonly hits: readonly Hit[];
  readonly masterKey: string | undefined;
}
export type Sees = (facts: Facts) => string | undefined;

/** One way of trying an attack. */
export interface Try {
  readonly name: string;
  /** The requests, sent one after the other; none: this kind of key has nothing to try here. */
  readonly asks: (scene: Scene) => readonly Ask[];
  readonly sees: Sees;
  /** Uses `scene.listener`, so it is tried with each address of this machine. */
  readonly listens?: true;
}

/** An attack is one line of the table. */
export interface Attack {
  readonly id: string;
  readonly words: string;
  readonly tries: readonly Try[];
  /** What it leaves in a deployment that it reaches; tried last. */
  readonly leaves?: string;
  /** May make the gateway slow for a while: tried after everything else. */
  readonly heavy?: true;
}

export const bearer = (value: string): Readonly<Record<string, string>> => ({
  Authorization: `Bearer ${value}`,
});

export const json = { "Content-Type": "application/json" } as const;

/** A POST of JSON by whoever asks. */
export function post(
  { authorization }: Pick<Scene, "authorization">,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Ask {
  return {
    method: "POST",
    path,
    headers: { ...json, ...authorization, ...headers },
    body: JSON.stringify(body),
  };
}
