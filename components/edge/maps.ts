import { keyHash } from "../../config/keys/key-hash.ts";
import { versioned } from "../haproxy/common-sections.ts";
import type { HostFile } from "../host/files.ts";
import type { EdgeModel } from "./edge-model.ts";
import { haproxyConfig } from "./haproxy-config.ts";

/** One key as the edge knows it: by the hash of its value, never by the value. */
export interface EdgeKey {
  readonly name: string;
  readonly value: string;
  /** Requests per minute, instead of `edge.limits.requestsPerMinute`. */
  readonly rpm?: number;
  /** Unix seconds from which on the key is refused. */
  readonly expires?: number;
}

const alwaysThere =
  "haproxy.cfg version admin.lst hosts.lst sources.lst keys.map expiry.map rpm.map";
const proxiesFile = "proxies.lst";

/** Everything in the directory of a served configuration; apply-haproxy.sh adds `admin.lst`. */
export function edgeFileNames({ trustedProxies }: Pick<EdgeModel["edge"], "trustedProxies">) {
  return [...alwaysThere.split(" "), ...(trustedProxies.length === 0 ? [] : [proxiesFile])];
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** Sorted, so that the order of keys in the configuration is no change. */
const map = (entries: readonly (readonly [string, string | number])[]): string =>
  text(entries.map(([hash, value]) => `${hash} ${value}`).sort());

/** `keys.map`, `expiry.map`, `rpm.map`: what the edge knows of each key. */
export function keyMaps(keys: readonly EdgeKey[]): HostFile[] {
  const hashed = keys.map((key) => ({ ...key, hash: keyHash(key.value) }));
  return [
    { name: "keys.map", content: map(hashed.map(({ hash, name }) => [hash, name])) },
    {
      name: "expiry.map",
      content: map(
        hashed.flatMap(({ hash, expires }) => (expires === undefined ? [] : [[hash, expires]])),
      ),
    },
    {
      name: "rpm.map",
      content: map(hashed.flatMap(({ hash, rpm }) => (rpm === undefined ? [] : [[hash, rpm]]))),
    },
  ];
}

/** Names that a request's Host header may have, without its port. */
export function allowedHosts({ gateway, edge }: EdgeModel): string[] {
  const bound = gateway.bind === "0.0.0.0" ? [] : [gateway.bind];
  const names = [gateway.host, "localhost", "127.0.0.1", "[::1]", ...bound, ...edge.hosts];
  return [...new Set(names.map((name) => name.toLowerCase()))].sort();
}

/** Everything that the edge reads, in one directory. */
export function edgeFiles(model: EdgeModel, keys: readonly EdgeKey[]): HostFile[] {
  return versioned([
    { name: "haproxy.cfg", content: haproxyConfig(model) },
    { name: "hosts.lst", content: text(allowedHosts(model)) },
    { name: "sources.lst", content: text(model.edge.sources) },
    ...(model.edge.trustedProxies.length === 0
      ? []
      : [{ name: proxiesFile, content: text(model.edge.trustedProxies) }]),
    ...keyMaps(keys),
  ]);
}
