/** A named thing that must hold; throws what is wrong, returns what was seen. */
export interface Check {
  readonly name: string;
  readonly run: () => Promise<string>;
}
