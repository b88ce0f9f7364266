import { deflateSync, gzipSync } from "node:zlib";
import { pairs, userConfig } from "./address-fields.ts";
import type { Ask, Attack, Scene, Try } from "./attack.ts";
import { type Route, routes, plain } from "./bodies.ts";
import { sent } from "./sees.ts";

/** A body that says the same to whoever reads it otherwise, with its headers. */
interface Said {
  readonly body: string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Encoding {
  readonly name: string;
  /** @param body what is to be hidden @param least the same request without it */
  readonly of: (body: Readonly<Record<string, unknown>>, least: object) => Said;
}

const text = (value: unknown): string => JSON.stringify(value);
/** The members of an object, without its braces. */
const members = (value: unknown): string => text(value).slice(1, -1);

const multipart = (body: Readonly<Record<string, unknown>>): string =>
  Object.entries(body)
    .map(
      ([name, value]) =>
        `--attack\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === "string" ? value : text(value)}\r\n`,
    )
    .join("") + "--attack--\r\n";

const form = (body: Readonly<Record<string, unknown>>): string => {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body))
    fields.append(name, typeof value === "string" ? value : text(value));
  return fields.toString();
};

/** Each character of each name as an escape: who compares bytes finds no name. */
const escapedNames = (body: Readonly<Record<string, unknown>>): string =>
  `{${Object.entries(body)
    .map(([name, value]) => `"${escapes(name)}":${text(value)}`)
    .join(",")}}`;
const escapes = (name: string): string =>
  name.replaceAll(/./g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);

function nulled(body: Readonly<Record<string, unknown>>): string {
  return members(Object.fromEntries(Object.keys(body).map((name) => [name, null])));
}

const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

const utf16 = (value: string): Buffer => Buffer.from(`\ufeff${value}`, "utf16le");

const typed = (type: string): Encoding => ({
  name: `content type ${type === "" ? "left out" : type}`,
  of: (body) => ({ body: text(body), type }),
});

const encodings: readonly Encoding[] = [
  ...["text/plain", "", "application/octet-stream", "application/JSON; charset=utf-8"].map(typed),
  ...["application/json; charset=utf-16", "application/json, multipart/form-data"].map(typed),
  ...["application/x-www-form-urlencoded", "application/vnd.api+json"].map(typed),
  {
    name: "a form",
    of: (body) => ({ body: form(body), type: "application/x-www-form-urlencoded" }),
  },
  {
    name: "multipart",
    of: (body) => ({ body: multipart(body), type: "multipart/form-data; boundary=attack" }),
  },
  {
    name: "a form that calls itself JSON as well",
    of: (body) => ({ body: form(body), type: "application/json; x=form" }),
  },
  {
    name: "JSON that calls itself a form",
    of: (body) => ({ body: text(body), type: "multipart/form-data; boundary=attack" }),
  },
  { name: "names in escapes", of: (body) => ({ body: escapedNames(body) }) },
  {
    name: "a name twice, null first",
    of: (body) => ({ body: `{${nulled(body)},${members(body)}}` }),
  },
  {
    name: "a name twice, null last",
    of: (body) => ({ body: `{${members(body)},${nulled(body)}}` }),
  },
  {
    name: "a name twice, the harmless request last",
    of: (body, least) => ({ body: `{${members(body)},${members(least)}}` }),
  },
  {
    name: "a name twice, once in escapes",
    of: (body, least) => ({ body: `{${members(least)},${escapedNames(body).slice(1)}` }),
  },
  { name: "a byte order mark", of: (body) => ({ body: `\ufeff${text(body)}` }) },
  { name: "UTF-16", of: (body) => ({ body: utf16(text(body)) }) },
  {
    name: "UTF-16, said so",
    of: (body) => ({ body: utf16(text(body)), type: "application/json; charset=utf-16" }),
  },
  {
    name: "UTF-32",
    of: (body) => {
      const wide = Buffer.alloc(text(body).length * 4);
      Buffer.from(text(body), "latin1").forEach((byte, at) => wide.writeUInt8(byte, at * 4));
      return { body: wide };
    },
  },
  {
    name: "UTF-7",
    of: (body) => ({
      body: text(body).replaceAll("{", "+AHs-"),
      type: "application/json; charset=utf-7",
    }),
  },
  {
    name: "gzip",
    of: (body) => ({ body: gzipSync(text(body)), headers: { "Content-Encoding": "gzip" } }),
  },
  {
    name: "deflate",
    of: (body) => ({ body: deflateSync(text(body)), headers: { "Content-Encoding": "deflate" } }),
  },
  {
    name: "a coding that is none",
    of: (body) => ({ body: text(body), headers: { "Content-Encoding": "identity, gzip" } }),
  },
  {
    name: "NaN and Infinity",
    of: (body) => ({ body: `{"temperature":NaN,"top_p":Infinity,${members(body)}}` }),
  },
  {
    name: "a lone surrogate",
    of: (body) => ({ body: `{"user":"\\ud800",${members(body)}}` }),
  },
  {
    name: "bytes that are no UTF-8",
    of: (body) => ({
      body: Buffer.concat([
        Buffer.from(`{"user":"`),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(`",${members(body)}}`),
      ]),
    }),
  },
  { name: "in a list", of: (body) => ({ body: text([body]) }) },
  { name: "as a string", of: (body) => ({ body: text(text(body)) }) },
  { name: "with more after it", of: (body) => ({ body: `${text(body)}\n${text({})}` }) },
  {
    name: "with a comment and a comma",
    of: (body) => ({ body: `/* x */{${members(body)},}` }),
  },
  {
    name: "below 900 levels",
    of: (body) => ({ body: `{"x":${deep(900)},${members(body)}}` }),
  },
  {
    name: "below 100000 levels",
    of: (body) => ({ body: `{"x":${deep(100_000)},${members(body)}}` }),
  },
  {
    name: "a number of 5000 digits",
    of: (body) => ({ body: `{"x":${"9".repeat(5000)},${members(body)}}` }),
  },
  {
    name: "after a megabyte",
    of: (body) => ({ body: `{"x":"${"x".repeat(1_000_000)}",${members(body)}}` }),
  },
  {
    name: "names with capitals and blanks",
    of: (body) => ({
      body: text(
        Object.fromEntries(
          Object.entries(body).flatMap(([name, value]) => [
            [name.toUpperCase(), value],
            [` ${name}`, value],
            [`${name}\u0000`, value],
          ]),
        ),
      ),
    }),
  },
];

function ask(scene: Scene, route: Route, { body, type, headers }: Said): Ask {
  const kind = type ?? "application/json";
  return {
    method: "POST",
    path: route.path,
    headers: {
      ...(kind === "" ? {} : { "Content-Type": kind }),
      ...scene.authorization,
      ...headers,
    },
    body,
  };
}

const tries = routes.flatMap((route): Try[] =>
  encodings.flatMap(({ name, of }) =>
    [userConfig[2], pairs[0]].flatMap((piece): Try[] =>
      piece === undefined
        ? []
        : [
            {
              name: `${route.path}: ${piece.name}, ${name}`,
              asks: (scene) => {
                const least = piece.ownModel ? route.least : plain(scene, route);
                return [
                  ask(scene, route, of({ ...least, ...piece.of(scene) }, plain(scene, route))),
                ];
              },
              sees: sent,
              listens: true,
            },
          ],
    ),
  ),
);

export const bodyEncodings: readonly Attack[] = [
  {
    id: "body-encodings",
    words: "the same in a body that is read in two ways",
    tries,
    leaves: "deployments of the attacker's in the proxy's memory: restart the proxy's container",
  },
];
