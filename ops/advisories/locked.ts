/** A package in the version that a lock file has. */
export interface Locked {
  readonly ecosystem: "npm" | "pypi";
  readonly name: string;
  readonly version: string;
}

/** PyPI takes `A_b.c` and `a-b-c` for one name. */
export const pythonName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** What a requirements file with hashes has: `name[extra]==version`. */
export function lockedPython(text: string): readonly Locked[] {
  const lines = text.matchAll(/^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)/gm);
  return [...lines].map(([, name = "", version = ""]) => ({
    ecosystem: "pypi",
    name: pythonName(name),
    version,
  }));
}

interface PackageLock {
  readonly packages: Readonly<
    Record<string, { readonly name?: string; readonly version?: string; readonly dev?: boolean }>
  >;
}

/** What is installed of a package-lock.json with `--omit=dev`. */
export function lockedNode(text: string): readonly Locked[] {
  const { packages } = JSON.parse(text) as PackageLock;
  const all = Object.entries(packages).flatMap(([place, { name, version, dev }]): Locked[] =>
    place === "" || dev === true || version === undefined
      ? []
      : [{ ecosystem: "npm", name: name ?? place.replace(/^.*node_modules\//, ""), version }],
  );
  return [...new Map(all.map((one) => [`${one.name} ${one.version}`, one])).values()];
}
