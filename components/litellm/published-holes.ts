/** A published hole of LiteLLM, and what stands before it here. */
export interface KnownHole {
  readonly id: string;
  /** First version that has it; 0.0.0 also where nobody says. */
  readonly from: string;
  /**
   * First version from which on none has it; undefined where nobody names one. A fix that was brought
   * back to an older line is not counted: such a version is taken to have the hole.
   */
  readonly fixedIn: string | undefined;
  /** Attackers are known to use it (CISA KEV). */
  readonly isExploited: boolean;
  readonly what: string;
  readonly shield: string;
}

/** When the advisories were last read. */
export const readOn = "2026-11-30";

/** At every route that is no client's. */
const operators = "the edge knows no such route, and the gate asks for the operator's secret there";

/**
 * Read from the advisories in November 2026: LiteLLM's own, the GitHub and PyPI advisory databases,
 * CVE records and CISA's list of exploited holes. `docs/security.md` has the same table.
 */
export const holes: readonly KnownHole[] = [
  {
    id: "CVE-2026-42271",
    from: "1.74.2",
    fixedIn: "1.83.7",
    isExploited: true,
    what: "any key can make the proxy run commands or reach other hosts through /mcp-rest/test",
    shield:
      "the edge knows no route below /mcp-rest, and its admin port leaves /mcp-rest/test closed; LiteLLM is not published",
  },
  {
    id: "CVE-2026-49468",
    from: "0.0.0",
    fixedIn: "1.84.0",
    isExploited: true,
    what: "a forged Host header opens management routes without a key",
    shield:
      "the edge takes only known names, and gives LiteLLM its own name instead of the client's",
  },
  {
    id: "CVE-2026-30623",
    from: "0.0.0",
    fixedIn: "1.83.7",
    isExploited: false,
    what: "whoever may create a stdio MCP server can run commands in the proxy",
    shield:
      "the edge knows no route that creates servers; servers come from the configuration alone",
  },
  {
    id: "CVE-2026-59822",
    from: "0.0.0",
    fixedIn: "1.84.0",
    isExploited: true,
    what: "a made-up key gets to /mcp: a failed check falls back to OAuth2",
    shield:
      "the edge and the gate know the declared keys themselves; no server with OAuth2 can be configured",
  },
  {
    id: "CVE-2026-42208",
    from: "1.81.16",
    fixedIn: "1.83.7",
    isExploited: true,
    what: "SQL in the key of a request reaches the database",
    shield: "the edge and the gate let through declared keys alone, before LiteLLM sees them",
  },
  {
    id: "CVE-2026-35030",
    from: "0.0.0",
    fixedIn: "1.83.0",
    isExploited: false,
    what: "the cache of OIDC user data takes one user for another (GHSA-jjhc-v7c2-5hh6)",
    shield: "no OIDC is configured, and no route that uses it is open",
  },
  {
    id: "CVE-2026-35029",
    from: "0.0.0",
    fixedIn: "1.83.0",
    isExploited: false,
    what: "any key can change the configuration through /config/update, and so run code and read files",
    shield: operators,
  },
  {
    id: "GHSA-69x8-hrgq-fjj8",
    from: "0.0.0",
    fixedIn: "1.83.0",
    isExploited: false,
    what: "users' password hashes are shown to others, and a hash is enough to sign in",
    shield: `${operators}; no users are made`,
  },
  {
    id: "CVE-2026-47101",
    from: "0.0.0",
    fixedIn: "1.83.14",
    isExploited: false,
    what: "a user can make a key for routes that are not the user's",
    shield: `${operators}; a key that was made there is not known to the edge`,
  },
  {
    id: "CVE-2026-47102",
    from: "0.0.0",
    fixedIn: "1.83.10",
    isExploited: false,
    what: "a user can become administrator through /user/update",
    shield: `${operators}; no users are made`,
  },
  {
    id: "CVE-2026-40217",
    from: "1.81.8",
    fixedIn: "1.83.10",
    isExploited: false,
    what: "code gets out of the sandbox of /guardrails/test_custom_code",
    shield: operators,
  },
  {
    id: "CVE-2026-59821",
    from: "0.0.0",
    fixedIn: "1.82.0",
    isExploited: false,
    what: "custom guardrails that are stored run their code unchecked",
    shield: operators,
  },
  {
    id: "CVE-2026-59820",
    from: "0.0.0",
    fixedIn: "1.83.7",
    isExploited: false,
    what: "a skill's archive writes files anywhere",
    shield: operators,
  },
  {
    id: "CVE-2026-59819",
    from: "0.0.0",
    fixedIn: "1.83.10",
    isExploited: false,
    what: "/health/test_connection reads variables and files that the request names",
    shield: `${operators}; the gate refuses credentials in all other requests, and the environment has no secrets`,
  },
  {
    id: "GHSA-g5ff-637f-6q2m",
    from: "0.0.0",
    fixedIn: "1.95.0",
    isExploited: false,
    what: "vertex_ai_credentials in a request to /utils/transform_request reads files",
    shield: `${operators}; the gate refuses that field in all other requests`,
  },
  {
    id: "CVE-2026-59823",
    from: "0.0.0",
    fixedIn: "1.83.9",
    isExploited: false,
    what: "an address in user_config sends a request, and the provider's key, elsewhere",
    shield: "the gate refuses user_config; the proxy's network leads to configured providers alone",
  },
  {
    id: "CVE-2026-84377",
    from: "0.0.0",
    fixedIn: "1.96.2",
    isExploited: false,
    what: "addresses, fallbacks and names of credentials, also nested, send a request and the provider's key elsewhere",
    shield:
      "the gate passes on the fields that it knows, takes no forms, and refuses these; the proxy's network leads to configured providers alone",
  },
  {
    id: "CVE-2026-136536",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "api_base in a chat makes the proxy ask other hosts",
    shield:
      "the gate refuses api_base and base_url; the proxy's network leads to configured providers alone",
  },
  {
    id: "CVE-2026-135287",
    from: "1.62.4",
    fixedIn: "1.84.0",
    isExploited: false,
    what: "callbacks in a request send everybody's chats elsewhere, or switch the operator's off",
    shield:
      "the gate passes on no field for callbacks; the proxy's network leads to configured providers alone",
  },
  {
    id: "CVE-2026-89032",
    from: "0.0.0",
    fixedIn: "1.101.0",
    isExploited: false,
    what: "the semantic cache answers one key with what another has asked",
    shield: "no cache is configured, and the gate refuses the fields that ask for one",
  },
  {
    id: "CVE-2026-12797",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "the guardrails banned_keywords and Azure content safety let chats through",
    shield: "neither is configured: what a key may do is held by the guard",
  },
  {
    id: "CVE-2026-12773",
    from: "0.0.0",
    fixedIn: "1.84.0",
    isExploited: false,
    what: "/mcp takes requests without a valid key",
    shield: "the edge and the gate know the declared keys themselves",
  },
  {
    id: "CVE-2026-12771",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "a machine's JWT gets rights that are not its own",
    shield: "no JWT is configured; the edge and the gate let through declared keys alone",
  },
  {
    id: "CVE-2026-12772",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "each sign-in to the pages makes a key that outlives its session",
    shield: `${operators}; a key that was made there is not known to the edge`,
  },
  {
    id: "CVE-2026-12796",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "a new sign-in by SSO leaves the session before it valid",
    shield: `${operators}; no SSO is configured`,
  },
  {
    id: "CVE-2026-12795",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "/sso/debug answers without a key, and with what a stranger wrote",
    shield: `${operators}; no SSO is configured`,
  },
  {
    id: "GHSA-hhww-mrg2-969h",
    from: "1.65.5",
    fixedIn: "1.85.0",
    isExploited: false,
    what: "/sso/debug/callback puts a user's name into its page as code",
    shield: `${operators}; no SSO is configured`,
  },
  {
    id: "CVE-2026-12798",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "the address of an OpenAPI description makes the proxy ask other hosts",
    shield:
      "servers come from the configuration alone, which names none; the edge knows no route that creates servers",
  },
  {
    id: "CVE-2026-12799",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "any user can list all users",
    shield: `${operators}; no users are made`,
  },
  {
    id: "CVE-2026-37004",
    from: "0.0.0",
    fixedIn: "1.83.7",
    isExploited: false,
    what: "a template sent to /prompts/test runs commands (until the fix the same as CVE-2026-42203)",
    shield: operators,
  },
  {
    id: "CVE-2026-42203",
    from: "1.80.5",
    fixedIn: "1.83.7",
    isExploited: false,
    what: "a template sent to /prompts/test runs code, with any key",
    shield: operators,
  },
  {
    id: "CVE-2026-136535",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "a stdio MCP server's configuration runs commands in the proxy",
    shield:
      "servers come from the configuration alone; the edge knows no route that creates or tries one",
  },
  {
    id: "CVE-2026-136537",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "the routes for keys let users do what is not theirs",
    shield: operators,
  },
  {
    id: "CVE-2026-136538",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "a key's own names for models lead to models that are not the key's",
    shield:
      "keys are made without such names, at routes that the edge does not know; the gate passes on a model of the key's row alone",
  },
  {
    id: "CVE-2026-136539",
    from: "0.0.0",
    fixedIn: undefined,
    isExploited: false,
    what: "pass_through_endpoints import any module as code",
    shield: "none is configured, and the edge knows no route that configures one",
  },
  {
    id: "CVE-2026-114612",
    from: "1.91.0",
    fixedIn: "1.104.0",
    isExploited: false,
    what: "what the proxy encrypts for a user is a valid administrator's token",
    shield:
      "the edge and the gate let through declared keys alone; the edge knows no route that encrypts for a user",
  },
  {
    id: "CVE-2025-45809",
    from: "0.0.0",
    fixedIn: "1.81.0",
    isExploited: false,
    what: "SQL in a request to /key/block or /key/unblock reaches the database",
    shield: operators,
  },
];
