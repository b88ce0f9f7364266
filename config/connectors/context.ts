import type { IsEncrypted } from "../stack-file/plain-secrets.ts";
import type { Catalogue } from "./definition.ts";
import type { ToolsLock } from "./tools-lock.ts";

/** What a stack's configuration is read and checked with, besides itself. */
export interface ConfigContext {
  readonly catalogue: Catalogue;
  /** tools.lock.json. */
  readonly lock: ToolsLock;
  /** Now, in Unix seconds: a key may not have expired before it is made. */
  readonly now: number;
  /** The checkout: relative directories of a local stack start here. */
  readonly root: string;
  /** Image reference → what to pull instead (`imageMirrorFile`). */
  readonly mirror: Readonly<Record<string, string>>;
  /** Text of `proxy.privateRootsFile`; empty without one. */
  readonly privateRoots: string;
  /** Whether the value at a path is encrypted in the stack's file; without it nobody can tell. */
  readonly isEncrypted?: IsEncrypted;
  /** tools.lock.json is about to be written: what it lacks is no problem. */
  readonly lockIsWritten?: boolean;
}

/** What to pull for a reference. */
export const pulled = (reference: string, { mirror }: Pick<ConfigContext, "mirror">): string =>
  mirror[reference] ?? reference;
