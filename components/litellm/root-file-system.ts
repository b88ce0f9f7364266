import type { GatewayModel } from "../../config/model.ts";

/** How a container's root file system is mounted, and what it needs for that. */
interface RootFileSystem {
  readonly readOnly: boolean;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * LiteLLM 1.77.3 writes below /tmp: its authorities, Prisma's answers, uploaded prompts. Where it
 * finds tables that no migration of its own made, it also writes beside its migrations, unless it
 * is told another place. What it does to its UI's pages when it loads fails without a word.
 */
export function rootFileSystemOf({
  readOnlyRoot,
}: Pick<GatewayModel["proxy"], "readOnlyRoot">): RootFileSystem {
  // Prisma's program asks its maker for news, and waits.
  const environment = { CHECKPOINT_DISABLE: "1" };
  if (!readOnlyRoot) return { readOnly: false, tmpfs: {}, environment };
  return {
    readOnly: true,
    tmpfs: { "/tmp": "size=128m" },
    environment: { ...environment, LITELLM_MIGRATION_DIR: "/tmp/mcp-gateway-migrations" },
  };
}
