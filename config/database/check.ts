import { type Problem, setSecret, setTo } from "../common/problem.ts";
import type { DatabaseConfig } from "./schema.ts";

/** Databases and roles that a server has from the start. */
const serversOwn = ["postgres", "template0", "template1"];

/** What `database.mode: shared` needs. */
export function databaseMode(config: {
  readonly database: DatabaseConfig;
  readonly network: string;
}): Problem[] {
  const { mode, shared } = config.database;
  if (mode === "dedicated") return [];
  if (shared === undefined)
    return [
      {
        path: ["database", "shared", "admin", "password"],
        message: "a shared database needs the password of an admin of its server",
        allowed: "the password of database.shared.admin.user, as a secret",
        fix: setSecret(["database", "shared", "admin", "password"]),
      },
    ];
  const problems: Problem[] = [];
  if (serversOwn.includes(shared.name) || shared.name === shared.admin.database)
    problems.push({
      path: ["database", "shared", "name"],
      message: "that database is the server's own",
      value: shared.name,
      allowed: `any name but ${[...new Set([...serversOwn, shared.admin.database])].join(", ")}`,
      fix: setTo(["database", "shared", "name"], "litellm_db"),
    });
  if (shared.role === "postgres" || shared.role === shared.admin.user)
    problems.push({
      path: ["database", "shared", "role"],
      message: "LiteLLM must not use the admin's role",
      value: shared.role,
      allowed: "a role of LiteLLM's own",
      fix: setTo(["database", "shared", "role"], "litellm_user"),
    });
  if (shared.network === config.network)
    problems.push({
      path: ["database", "shared", "network"],
      message: "the shared server must be on a network of its own",
      value: shared.network,
      allowed: `any existing network but "${config.network}"`,
      fix: setTo(["database", "shared", "network"], "postgres-net"),
    });
  return problems;
}
