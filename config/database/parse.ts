import { optional } from "../common/optional.ts";
import type { DatabaseModel } from "./model.ts";
import type { DatabaseConfig } from "./schema.ts";

export function databaseModel(
  { mode, shared, ...own }: DatabaseConfig,
  image: (reference: string) => string,
): DatabaseModel {
  return {
    ...own,
    image: image(own.image),
    samples: [...own.samples].sort(),
    ...optional({ shared: mode === "shared" ? shared : undefined }),
  };
}
