import { json } from "../haproxy/common-sections.ts";

export interface Refusal {
  /** What the access log says. */
  readonly reason: string;
  readonly status: number;
  readonly message: string;
  /** HAProxy's condition, with its `if` or `unless`. */
  readonly when: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** More to do once it is clear that the request is refused. */
  readonly then?: readonly string[];
}

/** The rules that refuse a request: the first one that holds answers it and ends. */
export function refuse({ reason, status, message, when, headers, then }: Refusal): string[] {
  const fields = Object.entries(headers ?? {}).map(([name, value]) => `hdr ${name} ${value} `);
  const refused = "{ var(txn.refused) -m found }";
  return [
    `  http-request set-var(txn.refused) str("${reason}") ${when}`,
    ...(then ?? []).map((rule) => `  http-request ${rule} if ${refused}`),
    `  http-request return status ${status} content-type application/json ${fields.join("")}string ${json(message)} if ${refused}`,
  ];
}

/** HAProxy's own answers, as JSON. */
export const errorPages: readonly string[] = (
  [
    [400, "bad request"],
    [408, "the request took too long to arrive"],
    [500, "the edge failed"],
    [502, "the proxy answered nonsense"],
    [503, "the proxy is not ready"],
    [504, "the proxy did not answer in time"],
  ] as const
).map(
  ([status, message]) =>
    `  http-error status ${status} content-type application/json string ${json(message)}${status === 503 ? " hdr Retry-After 5" : ""}`,
);
