#!/usr/bin/env node
"use strict";
// A stand-in for Prisma's `schema-engine` executable (5.4.2 JSON-RPC on stdin and
// stdout), for `prisma migrate deploy|resolve|diff|status` and `prisma db push|execute`
// on PostgreSQL. The work is done by Prisma's own schema engine, the WASM build of 6.19.
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const { pathToFileURL } = require("url");

const ENGINE_HASH =
  process.env.PRISMA_EXPECTED_ENGINE_VERSION || "ac9d7041ed77bcc8a8dbd2ab6616b39013829574";
const argv = process.argv.slice(2);
if (argv.includes("--version") || argv.includes("-V")) {
  process.stdout.write(`schema-engine-cli ${ENGINE_HASH}\n`);
  process.exit(0);
}

const pg = require("pg");
const { datasourceUrl, poolConfig, patchTypes } = require("./connection");
const FILTERS = { externalTables: [], externalEnums: [] };

// ------------------------------------------------------------- errors, as Prisma's
function connectionError(e, cfg) {
  const at = `${cfg.host}:${cfg.port}`;
  switch (e.code) {
    case "3D000":
      return {
        error_code: "P1003",
        message: `Database \`${cfg.database}\` does not exist on the database server at \`${at}\`.`,
      };
    case "28P01":
    case "28000":
      return {
        error_code: "P1000",
        message: `Authentication failed against database server at \`${cfg.host}\`, the provided database credentials for \`${cfg.user}\` are not valid.`,
      };
    case "42501":
      return {
        error_code: "P1010",
        message: `User \`${cfg.user}\` was denied access on the database \`${cfg.database}\``,
      };
    default:
      return {
        error_code: "P1001",
        message: `Can't reach database server at \`${cfg.host}\`:\`${cfg.port}\` (${e.message})`,
      };
  }
}

async function withClient(cfg, fn) {
  const c = new pg.Client(cfg);
  await c.connect();
  try {
    return await fn(c);
  } finally {
    await c.end();
  }
}

// --------------------------------------------------------------------- `cli` mode
async function cli() {
  const url = argv[argv.indexOf("--datasource") + 1];
  const command = argv[argv.length - 1];
  const { cfg } = poolConfig(url);
  const fail = (f) => {
    const line = (level, fields) =>
      JSON.stringify({
        timestamp: new Date().toISOString(),
        level,
        fields,
        target: "schema_engine::logger",
      });
    process.stderr.write(
      line("INFO", { message: command }) + "\n" + line("ERROR", { is_panic: false, ...f }),
    );
    process.exitCode = 1;
  };
  if (command === "can-connect-to-database") {
    try {
      await withClient(cfg, (c) => c.query("SELECT 1"));
    } catch (e) {
      fail(connectionError(e, cfg));
    }
  } else if (command === "create-database" || command === "drop-database") {
    const name = '"' + cfg.database.replace(/"/g, '""') + '"';
    const admin = { ...cfg, database: "postgres" };
    try {
      await withClient(admin, (c) =>
        c.query(
          command === "create-database" ? `CREATE DATABASE ${name}` : `DROP DATABASE ${name}`,
        ),
      );
    } catch (e) {
      fail(
        e.code === "42P04"
          ? { error_code: "P1009", message: `Database \`${cfg.database}\` already exists` }
          : connectionError(e, admin),
      );
    }
  } else fail({ message: `unknown command ${command}` });
}

// -------------------------------------------------------------------- the engine
async function loadEngine() {
  const dir = path.dirname(require.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
  const glue = await import(pathToFileURL(path.join(dir, "schema_engine_bg.js")).href);
  const module = new WebAssembly.Module(fs.readFileSync(path.join(dir, "schema_engine_bg.wasm")));
  const instance = new WebAssembly.Instance(module, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue.SchemaEngine;
}

let patched = false;
let lastScriptError = null;
function adapterFactory(url) {
  const { PrismaPg } = require("adapter-pg-6");
  const { bindMigrationAwareSqlAdapterFactory } = require(
    require.resolve("@prisma/driver-adapter-utils", { paths: [require.resolve("adapter-pg-6")] }),
  );
  const { cfg, schema } = poolConfig(url);
  // One connection: the engine's advisory lock and its statements share a session.
  const factory = new PrismaPg({ ...cfg, max: 1, connectionTimeoutMillis: 10000 }, { schema });
  for (const method of ["connect", "connectToShadowDb"]) {
    const make = factory[method].bind(factory);
    factory[method] = async () => {
      const adapter = await make();
      if (!patched) patchTypes(adapter.constructor);
      patched = true;
      // The adapter cuts a script at every ";", function bodies included. As the
      // native engine does, send it whole with the simple query protocol.
      adapter.executeScript = async (script) => {
        try {
          await adapter.client.query(script);
        } catch (e) {
          lastScriptError = e;
          adapter.onError(e);
        }
      };
      return adapter;
    };
  }
  return bindMigrationAwareSqlAdapterFactory(factory);
}

async function engineFor(url, schemaPath) {
  const SchemaEngine = await loadEngine();
  const datamodels = schemaPath ? [[schemaPath, fs.readFileSync(schemaPath, "utf8")]] : undefined;
  return SchemaEngine.new({ datamodels }, () => {}, adapterFactory(url));
}

function migrationsList(dir) {
  const names = fs.existsSync(dir)
    ? fs
        .readdirSync(dir, { withFileTypes: true })
        .filter((d) => d.isDirectory())
        .map((d) => d.name)
        .sort()
    : [];
  const read = (f) => {
    try {
      return { tag: "ok", value: fs.readFileSync(f, "utf8") };
    } catch (e) {
      return { tag: "error", value: e.message };
    }
  };
  const lock = path.join(dir, "migration_lock.toml");
  return {
    baseDir: dir,
    shadowDbInitScript: "",
    lockfile: {
      path: "migration_lock.toml",
      content: fs.existsSync(lock) ? fs.readFileSync(lock, "utf8") : null,
    },
    migrationDirectories: names.map((n) => ({
      path: n,
      migrationFile: { path: "migration.sql", content: read(path.join(dir, n, "migration.sql")) },
    })),
  };
}

function fileContainer(p, content) {
  return {
    files: [{ path: p, content: content === undefined ? fs.readFileSync(p, "utf8") : content }],
  };
}

// ------------------------------------------------------------------------ JSON-RPC
const schemaArg = ["-d", "--datamodel", "--datamodels"]
  .map((f) => argv.indexOf(f))
  .find((i) => i >= 0);
const schemaPath = schemaArg === undefined ? undefined : argv[schemaArg + 1];
let engine; // made once
async function mainEngine() {
  if (!engine) engine = engineFor(datasourceUrl(fs.readFileSync(schemaPath, "utf8")), schemaPath);
  return engine;
}

let printId = 0;
function write(msg) {
  process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...msg }) + "\n");
}

// The WASM engine takes a live database only as a schema with a datasource; it
// reads the database through the adapter.
function liveDatabase(url) {
  const content = `datasource db {\n  provider = "postgresql"\n  url      = ${JSON.stringify(url)}\n}\n`;
  return {
    tag: "schemaDatasource",
    configDir: process.cwd(),
    ...fileContainer("schema.prisma", content),
  };
}

function diffTarget(t) {
  switch (t.tag) {
    case "empty":
      return [{ tag: "empty" }];
    case "url":
      return [liveDatabase(t.url), t.url];
    case "schemaDatamodel":
      return [{ tag: "schemaDatamodel", ...fileContainer(t.schema) }];
    case "schemaDatasource": {
      const url = datasourceUrl(fs.readFileSync(t.schema, "utf8"));
      return [liveDatabase(url), url];
    }
    case "migrations":
      return [{ tag: "migrations", ...migrationsList(t.path) }];
    default:
      throw new Error(`unknown diff target ${t.tag}`);
  }
}

const METHODS = {
  listMigrationDirectories: ({ migrationsDirectoryPath: dir }) => ({
    migrations: migrationsList(dir).migrationDirectories.map((m) => m.path),
  }),
  applyMigrations: async ({ migrationsDirectoryPath: dir }) => {
    try {
      return await (
        await mainEngine()
      ).applyMigrations({ migrationsList: migrationsList(dir), filters: FILTERS });
    } catch (e) {
      const name = /migration_name="([^"]+)"/.exec(String(e && e.message));
      if (!name || !lastScriptError || e.code) throw e;
      // Behind a driver adapter the engine does not name this error; the native one does.
      const db = lastScriptError;
      throw Object.assign(
        new Error(
          "A migration failed to apply. New migrations cannot be applied before the error is " +
            "recovered from. Read more about how to resolve migration issues in a production database: " +
            `https://pris.ly/d/migrate-resolve\n\nMigration name: ${name[1]}\n\nDatabase error code: ${db.code}\n\n` +
            `Database error:\n${db.severity || "ERROR"}: ${db.message}\n`,
        ),
        {
          code: "P3018",
          meta: {
            migration_name: name[1],
            database_error_code: db.code,
            database_error: db.message,
          },
        },
      );
    }
  },
  markMigrationApplied: async ({ migrationName, migrationsDirectoryPath: dir }) =>
    (await mainEngine()).markMigrationApplied({
      migrationName,
      migrationsList: migrationsList(dir),
    }),
  markMigrationRolledBack: async ({ migrationName }) =>
    (await mainEngine()).markMigrationRolledBack({ migrationName }),
  diagnoseMigrationHistory: async ({ migrationsDirectoryPath: dir, optInToShadowDatabase }) =>
    (await mainEngine()).diagnoseMigrationHistory({
      migrationsList: migrationsList(dir),
      optInToShadowDatabase,
      filters: FILTERS,
    }),
  schemaPush: async ({ force, schema }) =>
    (await mainEngine()).schemaPush({
      force,
      schema: fileContainer(schemaPath, schema),
      filters: FILTERS,
    }),
  reset: async () => {
    await (await mainEngine()).reset({ filter: FILTERS });
    return null;
  },
  ensureConnectionValidity: async () => {
    await (await mainEngine()).version();
    return {};
  },
  getDatabaseVersion: async () => (await mainEngine()).version(),
  dbExecute: async ({ script, datasourceType: d }) => {
    const url =
      d.tag === "url"
        ? d.url
        : datasourceUrl(
            fs.readFileSync(typeof d.schema === "string" ? d.schema : d.schema.schema, "utf8"),
          );
    await withClient(poolConfig(url).cfg, (c) => c.query(script));
    return null;
  },
  diff: async ({ from, to, script, exitCode, shadowDatabaseUrl }) => {
    const [f, u1] = diffTarget(from);
    const [t, u2] = diffTarget(to);
    const url = u1 || u2 || shadowDatabaseUrl || process.env.DATABASE_URL;
    if (u1 && u2 && u1 !== u2)
      throw new Error("a diff between two databases is not supported here");
    const e = await engineFor(url);
    const out = await e.diff({
      from: f,
      to: t,
      script: !!script,
      shadowDatabaseUrl: shadowDatabaseUrl || null,
      exitCode: !!exitCode,
      filters: FILTERS,
    });
    if (out.stdout) write({ id: ++printId, method: "print", params: { content: out.stdout } });
    return { exitCode: out.exitCode };
  },
};

async function rpc() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    let msg;
    try {
      msg = JSON.parse(line);
    } catch (_) {
      continue;
    }
    if (!msg.method) continue; // an answer to our `print`
    try {
      const fn = METHODS[msg.method];
      if (!fn) throw new Error(`the method ${msg.method} is not supported by this stand-in`);
      const result = await fn(msg.params || {});
      write({ id: msg.id, result: result === undefined ? null : result });
    } catch (e) {
      write({
        id: msg.id,
        error: {
          code: 4466,
          message: "An error happened. Check the data field for details.",
          data: {
            is_panic: /RuntimeError/.test(String(e && e.name)),
            message: String((e && e.message) || e),
            meta: (e && e.meta) || null,
            ...(e && /^P\d{4}$/.test(e.code) ? { error_code: e.code } : {}),
          },
        },
      });
    }
  }
  process.exit(0);
}

(argv[0] === "cli" ? cli() : rpc()).catch((e) => {
  process.stderr.write(String((e && e.stack) || e) + "\n");
  process.exit(1);
});
