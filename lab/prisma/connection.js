"use strict";
// Where the database is: read from the schema file and the environment as
// Prisma's engines read it, and given to `pg`.
const fs = require("fs");
const os = require("os");
const { parse: parseArray } = require("postgres-array");

function datasourceUrl(schema) {
  const override = process.env.OVERWRITE_DATASOURCES;
  if (override) {
    const list = JSON.parse(override);
    if (list.length && list[0].url) return list[0].url;
  }
  const block = /datasource\s+\w+\s*\{([\s\S]*?)\n\}/.exec(schema);
  const m = block && /^\s*url\s*=\s*(?:env\(\s*"([^"]+)"\s*\)|"((?:[^"\\]|\\.)*)")/m.exec(block[1]);
  if (!m) throw new Error("no datasource url in the schema");
  if (m[1]) {
    const v = process.env[m[1]];
    if (!v) throw new Error(`Environment variable not found: ${m[1]}.`);
    return v;
  }
  return JSON.parse(`"${m[2]}"`);
}

// Prisma's own connection-string parameters, as the native connector reads them.
function poolConfig(url) {
  const u = new URL(url);
  const q = u.searchParams;
  const num = (k, d) =>
    q.has(k) && q.get(k) !== "" && !Number.isNaN(Number(q.get(k))) ? Number(q.get(k)) : d;
  const schema = q.get("schema") || "public";
  const cfg = {
    host: q.get("host") || decodeURIComponent(u.hostname).replace(/^\[|\]$/g, "") || "localhost",
    port: u.port ? Number(u.port) : 5432,
    user: decodeURIComponent(u.username) || undefined,
    password: u.password ? decodeURIComponent(u.password) : undefined,
    database: decodeURIComponent(u.pathname.replace(/^\//, "")) || "postgres",
    // Prisma's default: physical cores * 2 + 1
    max: num("connection_limit", os.cpus().length * 2 + 1),
    // pool_timeout=0 and connect_timeout=0 mean "wait for ever", as 0 does in pg
    connectionTimeoutMillis: 1000 * Math.max(num("pool_timeout", 10), num("connect_timeout", 5)),
    idleTimeoutMillis: 1000 * num("max_idle_connection_lifetime", 300),
    application_name: q.get("application_name") || undefined,
    keepAlive: true,
  };
  if (num("pool_timeout", 10) === 0) cfg.connectionTimeoutMillis = 0;
  if (num("socket_timeout", 0) > 0) cfg.query_timeout = 1000 * num("socket_timeout", 0);
  const mode = q.get("sslmode") || "prefer";
  if (mode === "require" || q.has("sslcert")) {
    // Prisma's default is sslaccept=accept_invalid_certs; only strict checks
    cfg.ssl = { rejectUnauthorized: q.get("sslaccept") === "strict" };
    if (q.get("sslcert")) cfg.ssl.ca = fs.readFileSync(q.get("sslcert"));
  }
  // The adapter drops the "+00" of a timestamptz, so the session has to be in
  // UTC and print ISO dates, whatever the server's settings are.
  const opts = ["-c TimeZone=UTC", "-c DateStyle=ISO,MDY", "-c IntervalStyle=iso_8601"];
  if (schema !== "public") opts.push(`-c search_path="${schema.replace(/[\\ ]/g, "\\$&")}"`);
  if (q.get("options")) opts.push(q.get("options"));
  cfg.options = opts.join(" ");
  return { cfg, schema };
}

// Column types that the native connector reads as text and the driver adapter
// refuses: "char" and name, and arrays of name (array_agg(viewname), the catalogues).
const AS_TEXT = new Set([18, 19]);
const NAME_ARRAY = 1003;

function asText(result) {
  if (!result || !result.fields) return;
  result.fields.forEach((f, i) => {
    if (AS_TEXT.has(f.dataTypeID)) f.dataTypeID = 25;
    else if (f.dataTypeID === NAME_ARRAY) {
      f.dataTypeID = 1009;
      for (const row of result.rows) if (typeof row[i] === "string") row[i] = parseArray(row[i]);
    }
  });
}

// `cls` is any class of @prisma/adapter-pg 5.x or 6.x that extends its PgQueryable.
function patchTypes(cls) {
  let proto = cls.prototype;
  while (proto && !Object.hasOwn(proto, "performIO")) proto = Object.getPrototypeOf(proto);
  if (!proto)
    throw new Error("@prisma/adapter-pg has no performIO: not the version this was written for");
  const performIO = proto.performIO;
  proto.performIO = async function (query) {
    const result = await performIO.call(this, query);
    asText(result && "ok" in result ? result.value : result);
    return result;
  };
}

module.exports = { datasourceUrl, poolConfig, patchTypes };
