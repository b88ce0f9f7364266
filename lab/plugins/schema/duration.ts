/**
 * Go's notation of time spans, which is what Docker's healthchecks are written in.
 *
 * Both directions matter: the official plugin reads a span back as Go prints it, so `60s` comes
 * back as `1m0s` and every later preview shows a change that `up` can't make go away.
 */
const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Whether Go's `time.ParseDuration` takes it and it is not negative. */
export function isDuration(text: string): boolean {
  return /^\+?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+)$/.test(text);
}

/** Nanoseconds, as the Engine API wants them. */
export function parseDuration(text: string): number {
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * (NANOSECONDS[unit ?? ""] ?? 0);
  }
  return Math.round(sum);
}

/** As Go's `Duration.String` prints it. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}µs`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const minutes = Math.floor(nanoseconds / 60e9);
  const seconds = `${(nanoseconds - minutes * 60e9) / 1e9}s`;
  if (minutes === 0) return seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}
