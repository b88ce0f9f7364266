/** One reason not to start, with what to do about it. */
export interface Finding {
  readonly message: string;
  readonly fix: string;
}
