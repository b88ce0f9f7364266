/** `T` without the values that are undefined: a name is there with a value, or not at all. */
type Optional<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** The values that there are, to be spread into an object whose optional fields must not be undefined. */
export function optional<T extends object>(values: T): Optional<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Optional<T>;
}
