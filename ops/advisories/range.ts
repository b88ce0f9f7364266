/**
 * Whether a version is in a range like `>=1.2 <1.4.1 || <1.0`: parts of one alternative are all to
 * hold. As much of npm's and PyPI's orders as advisories need: numbers, and pre-releases before
 * what they lead to.
 */
export function inRange(version: string, range: string): boolean {
  return range.split("||").some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((part) => {
        const [, operator = "", bound = ""] = /^(<=|>=|<|>|=)?(.+)$/.exec(part) ?? [];
        if (bound === "*") return true;
        const order = compare(version, bound);
        if (operator === "<") return order < 0;
        if (operator === "<=") return order <= 0;
        if (operator === ">") return order > 0;
        if (operator === ">=") return order >= 0;
        return order === 0;
      }),
  );
}

/** Below 0 if `a` is older than `b`. */
export function compare(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  const length = Math.max(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `1.2.0-rc.1` and `1.2.0rc1` are 1, 2, 0, -1, 1: less than 1.2.0, which ends in nothing. */
const parts = (version: string): number[] =>
  [...version.replace(/\+.*$/, "").matchAll(/\d+|[a-z]+/gi)].map(([part]) =>
    /\d/.test(part) ? Number(part) : /^post$/i.test(part) ? 1 : stage(part),
  );

const stage = (word: string): number =>
  ({ dev: -4, a: -3, alpha: -3, b: -2, beta: -2 })[word.toLowerCase()] ?? -1;
