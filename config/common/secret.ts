/**
 * A secret leaf of the parsed configuration. Printing, templating or serialising it by accident
 * gives "[secret]"; the value leaves only through {@link Secret.reveal}, which makes every place
 * that handles one easy to find.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}
