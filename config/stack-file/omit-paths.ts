/** `raw` without the values at `paths`, so that the rest of it can be looked at. */
export function omitPaths(raw: unknown, paths: readonly (readonly (string | number)[])[]): unknown {
  const copy = structuredClone(raw);
  for (const path of paths) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>(
        (value, part) => (value as Record<string, unknown> | undefined)?.[part],
        copy,
      );
    const last = path.at(-1);
    if (typeof parent === "object" && parent !== null && last !== undefined)
      Reflect.deleteProperty(parent, last);
  }
  return copy;
}
