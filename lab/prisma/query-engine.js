#!/usr/bin/env node
"use strict";
// A stand-in for Prisma's `query-engine` executable, for prisma-client-py 0.11
// on a machine that cannot download it.
//
//   prisma-client-py --HTTP/GraphQL--> this file --JSON protocol--> Prisma's own
//   query engine (WASM, from @prisma/client) --driver adapter--> pg --> PostgreSQL
//
// The engine, the SQL it makes and the driver adapter are Prisma's. This file
// only speaks the executable's command line and HTTP surface, and turns the
// GraphQL that prisma-client-py 0.11 writes into the JSON protocol and back.
const fs = require("fs");
const http = require("http");

// What `prisma` 5.4.2 / prisma-client-py 0.11.0 expects `--version` to print.
const ENGINE_HASH =
  process.env.PRISMA_EXPECTED_ENGINE_VERSION || "ac9d7041ed77bcc8a8dbd2ab6616b39013829574";

if (process.argv.includes("--version") || process.argv.includes("-V")) {
  process.stdout.write(`query-engine ${ENGINE_HASH}\n`);
  process.exit(0);
}

const { parse } = require("graphql");
const pg = require("pg");
const { PrismaPg } = require("@prisma/adapter-pg");
const { bindAdapter } = require("@prisma/driver-adapter-utils");
const { datasourceUrl, poolConfig, patchTypes } = require("./connection");

patchTypes(PrismaPg);

// ---------------------------------------------------------------- command line
function parseArgs(argv) {
  const out = { port: 4466, host: "127.0.0.1" };
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i];
    if (a === "-p" || a === "--port") out.port = Number(argv[++i]);
    else if (a === "-H" || a === "--host") out.host = argv[++i];
    // --enable-metrics, --enable-raw-queries, --enable-playground: taken, no effect
  }
  if (process.env.PORT && !argv.includes("-p") && !argv.includes("--port"))
    out.port = Number(process.env.PORT);
  return out;
}

// --------------------------------------------------- GraphQL -> JSON protocol
// The two protocols differ in one thing that matters here: GraphQL sends a Json
// value as a string of JSON text, while in the JSON protocol a bare string in a
// Json position is a JSON *string*. So the arguments are walked beside Prisma's
// own description of them (the DMMF), and a string where the type says Json is
// tagged {"$type":"Json"}. Everything else is the same tree in another syntax.
class Types {
  constructor(schema) {
    const wasm = require("@prisma/prisma-schema-wasm");
    const dmmf = JSON.parse(wasm.get_dmmf(JSON.stringify({ prismaSchema: schema, noColor: true })));
    const { inputObjectTypes, outputObjectTypes, enumTypes } = dmmf.schema;
    this.models = new Set(dmmf.datamodel.models.map((m) => m.name));
    const collect = (groups, fn) => {
      const out = new Map();
      for (const list of Object.values(groups)) for (const t of list || []) out.set(t.name, fn(t));
      return out;
    };
    // input type -> field -> possible types; only what leads to a type is kept
    this.inputs = collect(
      inputObjectTypes,
      (t) => new Map(t.fields.map((f) => [f.name, this.slim(f.inputTypes)])),
    );
    this.outputs = collect(
      outputObjectTypes,
      (t) =>
        new Map(
          t.fields.map((f) => [
            f.name,
            {
              args: new Map(f.args.map((a) => [a.name, this.slim(a.inputTypes)])),
              type: f.outputType.location === "outputObjectTypes" ? f.outputType.type : null,
            },
          ]),
        ),
    );
    this.enums = collect(
      enumTypes,
      (t) => new Set(t.values.map((v) => (typeof v === "string" ? v : v.name))),
    );
  }

  slim(types) {
    return types
      .filter(
        (t) =>
          t.location === "inputObjectTypes" ||
          t.location === "enumTypes" ||
          (t.location === "scalar" && t.type === "Json"),
      )
      .map((t) => ({ kind: t.location, name: t.type }));
  }

  isJson(types, text) {
    return (
      !!types &&
      types.some((t) => t.kind === "scalar") &&
      !types.some(
        (t) => t.kind === "enumTypes" && this.enums.get(t.name) && this.enums.get(t.name).has(text),
      )
    );
  }

  field(types, key) {
    const found = [];
    for (const t of types || []) {
      const fields = t.kind === "inputObjectTypes" && this.inputs.get(t.name);
      if (fields && fields.has(key)) found.push(...fields.get(key));
    }
    return found;
  }

  // JSON text is written straight from the parsed document, so that integers above
  // 2^53 and the spelling of floats reach the engine as they were sent.
  value(node, types, vars) {
    switch (node.kind) {
      case "IntValue":
      case "FloatValue":
        return node.value;
      case "StringValue":
        return this.isJson(types, node.value)
          ? `{"$type":"Json","value":${JSON.stringify(node.value)}}`
          : JSON.stringify(node.value);
      case "BooleanValue":
        return node.value ? "true" : "false";
      case "NullValue":
        return "null";
      case "EnumValue":
        return JSON.stringify(node.value);
      case "ListValue":
        return "[" + node.values.map((v) => this.value(v, types, vars)).join(",") + "]";
      case "ObjectValue":
        return (
          "{" +
          node.fields
            .map(
              (f) =>
                `${JSON.stringify(f.name.value)}:${this.value(f.value, this.field(types, f.name.value), vars)}`,
            )
            .join(",") +
          "}"
        );
      default:
        throw new Error(`unsupported GraphQL value: ${node.kind}`);
    }
  }

  args(list, defs) {
    return (
      "{" +
      (list || [])
        .map(
          (a) =>
            `${JSON.stringify(a.name.value)}:${this.value(a.value, defs && defs.get(a.name.value))}`,
        )
        .join(",") +
      "}"
    );
  }

  selection(set, outputName) {
    if (!set) return "{}";
    const fields = outputName && this.outputs.get(outputName);
    return (
      "{" +
      set.selections
        .map((s) => {
          if (s.kind !== "Field") throw new Error(`unsupported GraphQL selection: ${s.kind}`);
          const key = JSON.stringify(s.name.value);
          if (!s.selectionSet && !(s.arguments && s.arguments.length)) return `${key}:true`;
          const def = fields && fields.get(s.name.value);
          return (
            `${key}:{"arguments":${this.args(s.arguments, def && def.args)},` +
            `"selection":${this.selection(s.selectionSet, def && def.type)}}`
          );
        })
        .join(",") +
      "}"
    );
  }

  split(name) {
    if (name === "executeRaw" || name === "queryRaw") return { action: name };
    for (const action of MODEL_ACTIONS) {
      if (!name.startsWith(action)) continue;
      const rest = name.slice(action.length);
      if (this.models.has(rest)) return { action, modelName: rest };
      if (rest.endsWith("OrThrow") && this.models.has(rest.slice(0, -7))) {
        return { action: action + "OrThrow", modelName: rest.slice(0, -7) };
      }
    }
    throw new Error(`unknown operation: ${name}`);
  }

  request({ query, variables }) {
    if (variables && Object.keys(variables).length)
      throw new Error("GraphQL variables are not supported");
    const doc = parse(query, { noLocation: true });
    const op = doc.definitions.find((d) => d.kind === "OperationDefinition");
    if (!op || op.selectionSet.selections.length !== 1)
      throw new Error("expected one operation with one root field");
    const field = op.selectionSet.selections[0];
    const { action, modelName } = this.split(field.name.value);
    const root = modelName && this.outputs.get(op.operation === "query" ? "Query" : "Mutation");
    const def = root && root.get(field.name.value);
    const model = modelName ? `"modelName":${JSON.stringify(modelName)},` : "";
    return {
      json:
        `{${model}"action":${JSON.stringify(action)},"query":{"arguments":${this.args(field.arguments, def && def.args)},` +
        `"selection":${this.selection(field.selectionSet, def && def.type)}}}`,
      alias: (field.alias || field.name).value,
      raw: !modelName,
    };
  }
}

const MODEL_ACTIONS = [
  "findUnique",
  "findFirst",
  "findMany",
  "createOne",
  "createMany",
  "updateOne",
  "updateMany",
  "deleteOne",
  "deleteMany",
  "upsertOne",
  "aggregate",
  "groupBy",
];

// --------------------------------------------------- JSON protocol -> GraphQL
// {"$type":"DateTime","value":"..."} and the like become the bare value, which is
// how the GraphQL protocol writes them.
function untag(v) {
  if (Array.isArray(v)) return v.map(untag);
  if (v && typeof v === "object") {
    if (typeof v.$type === "string" && "value" in v) {
      return v.$type === "FieldRef" ? v : untag(v.value);
    }
    const out = {};
    for (const k of Object.keys(v)) out[k] = untag(v[k]);
    return out;
  }
  return v;
}

// Engines from 5.2x on may answer raw queries as {columns, types, rows}; the
// 5.4.2 engine wrote one object a row with a tag on each value.
function rawRows(v) {
  if (!v || Array.isArray(v) || !Array.isArray(v.columns)) return v;
  const tag = (value, type) => {
    if (value === null) return { prisma__type: "null", prisma__value: null };
    if (type.endsWith("-array")) {
      const inner = type.slice(0, -6);
      return { prisma__type: "array", prisma__value: value.map((e) => tag(e, inner)) };
    }
    return { prisma__type: type, prisma__value: value };
  };
  return v.rows.map((row) =>
    Object.fromEntries(row.map((val, i) => [v.columns[i], tag(val, v.types[i])])),
  );
}

function fromJsonProtocol(result, req) {
  if (!result || !result.data) return result;
  const key = Object.keys(result.data)[0];
  const value = result.data[key];
  return { ...result, data: { [req.alias]: req.raw ? rawRows(value) : untag(value) } };
}

// ----------------------------------------------------------------------- engine
const CONNECTION_ERRORS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EPIPE",
  "EHOSTUNREACH",
]);

function userError(code, message, meta) {
  return { is_panic: false, message, meta: meta || null, error_code: code };
}

class Shim {
  constructor(schema) {
    this.types = new Types(schema);
    const url = datasourceUrl(schema);
    const { cfg, schema: dbSchema } = poolConfig(url);
    this.where = `${cfg.host}:${cfg.port}`;
    this.pool = new pg.Pool(cfg);
    this.pool.on("error", () => {}); // an idle connection died: the pool drops it
    // One died inside a transaction: its query says so. Without a listener this process would end, and
    // LiteLLM with it a minute later.
    this.pool.on("connect", (client) => client.on("error", () => {}));
    this.adapter = bindAdapter(new PrismaPg(this.pool, { schema: dbSchema }));
    const file = require.resolve("@prisma/client/runtime/query_engine_bg.postgresql.js");
    const glue = require(file);
    const module = new WebAssembly.Module(fs.readFileSync(file.replace(/\.js$/, ".wasm")));
    glue.__wbg_set_wasm(new WebAssembly.Instance(module, { "./query_engine_bg.js": glue }).exports);
    this.engine = new glue.QueryEngine(
      {
        datamodel: schema,
        env: {},
        logQueries: !!process.env.LOG_QUERIES,
        ignoreEnvVarErrors: true,
        datasourceOverrides: {},
        logLevel: process.env.LOG_QUERIES ? "info" : "error",
        configDir: process.cwd(),
        engineProtocol: "json",
      },
      (line) => {
        if (process.env.LOG_QUERIES) process.stdout.write(line + "\n");
      },
      this.adapter,
    );
    this.trace = JSON.stringify({
      traceparent: "00-00000000000000000000000000000000-0000000000000000-00",
    });
  }

  async start() {
    await this.engine.connect(this.trace);
    const c = await this.pool.connect(); // the native engine connects eagerly, too
    c.release();
  }

  // A JavaScript error behind a "GenericJs" result: say what the native engine says.
  external(err) {
    const ufe = err && err.user_facing_error;
    if (!ufe || ufe.error_code !== "P2036") return err;
    const reg = this.adapter.errorRegistry.consumeError(ufe.meta && ufe.meta.id);
    const cause = reg && reg.error;
    if (this.adapter.errorRegistry.registeredErrors && ufe.meta)
      delete this.adapter.errorRegistry.registeredErrors[ufe.meta.id];
    const message = String((cause && cause.message) || cause);
    if (cause && /timeout exceeded when trying to connect/.test(message)) {
      const m = "Timed out fetching a new connection from the connection pool.";
      return { error: m, user_facing_error: userError("P2024", m, {}) };
    }
    if (
      cause &&
      (CONNECTION_ERRORS.has(cause.code) ||
        /Connection terminated|connection.*closed/i.test(message))
    ) {
      const m = `Can't reach database server at \`${this.where}\``;
      return { error: m, user_facing_error: userError("P1001", m, {}) };
    }
    return { error: message, user_facing_error: { ...ufe, message } };
  }

  finish(result) {
    if (result && result.errors) result.errors = result.errors.map((e) => this.external(e));
    return result;
  }

  async query(body, txId) {
    const request = JSON.parse(body);
    if (Array.isArray(request.batch)) {
      const reqs = request.batch.map((r) => this.types.request(r));
      const tx = request.transaction ? ',"transaction":{}' : "";
      const answer = this.finish(
        JSON.parse(
          await this.engine.query(
            `{"batch":[${reqs.map((r) => r.json).join(",")}]${tx}}`,
            this.trace,
            txId,
          ),
        ),
      );
      if (answer.batchResult)
        answer.batchResult = answer.batchResult.map((r, i) =>
          this.finish(fromJsonProtocol(r, reqs[i])),
        );
      return answer;
    }
    const req = this.types.request(request);
    return this.finish(
      fromJsonProtocol(JSON.parse(await this.engine.query(req.json, this.trace, txId)), req),
    );
  }
}

// ------------------------------------------------------------------------- HTTP
function readBody(req) {
  return new Promise((resolve, reject) => {
    const parts = [];
    req.on("data", (c) => parts.push(c));
    req.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
    req.on("error", reject);
  });
}

// What the engine throws is a JSON text of a user-facing error, if it is its own.
function thrown(e) {
  const text = String((e && e.message) || e);
  try {
    const o = JSON.parse(text);
    if (o && typeof o === "object" && "error_code" in o)
      return { error: o.message, user_facing_error: o };
  } catch (_) {
    /* not the engine's own */
  }
  return {
    error: text,
    user_facing_error: { is_panic: /RuntimeError|unreachable/.test(text), message: text },
  };
}

function txStatus(o) {
  const kind = (o.meta && o.meta.error) || o.message || "";
  if (/not found/i.test(kind)) return 404;
  if (/Unable to start a transaction in the given time/i.test(kind)) return 504;
  return 409;
}

async function main() {
  const { port, host } = parseArgs(process.argv.slice(2));
  const schema = process.env.PRISMA_DML
    ? Buffer.from(process.env.PRISMA_DML, "base64").toString("utf8")
    : fs.readFileSync(process.env.PRISMA_DML_PATH, "utf8");
  const shim = new Shim(schema);
  await shim.start();

  const server = http.createServer(async (req, res) => {
    const send = (status, value) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      res.writeHead(status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      });
      res.end(text);
    };
    try {
      const url = new URL(req.url, "http://engine");
      if (req.method === "GET" && url.pathname === "/status") return send(200, { status: "ok" });
      if (req.method === "GET" && url.pathname === "/metrics") {
        return send(
          200,
          url.searchParams.get("format") === "json"
            ? { counters: [], gauges: [], histograms: [] }
            : "",
        );
      }
      if (req.method !== "POST") return send(404, { error: "not found" });
      const body = await readBody(req);
      if (url.pathname === "/") {
        let answer;
        try {
          answer = await shim.query(body, req.headers["x-transaction-id"]);
        } catch (e) {
          answer = { errors: [shim.external(thrown(e))] };
        }
        return send(200, answer);
      }
      if (url.pathname === "/transaction/start") {
        try {
          const r = JSON.parse(await shim.engine.startTransaction(body, shim.trace));
          return r.error_code ? send(txStatus(r), r) : send(200, r);
        } catch (e) {
          const t = thrown(e).user_facing_error;
          return send(txStatus(t), t);
        }
      }
      const m = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(url.pathname);
      if (m) {
        try {
          const r = JSON.parse((await shim.engine[m[2] + "Transaction"](m[1], shim.trace)) || "{}");
          return r.error_code ? send(txStatus(r), r) : send(200, r);
        } catch (e) {
          const t = thrown(e).user_facing_error;
          return send(txStatus(t), t);
        }
      }
      return send(404, { error: "not found" });
    } catch (e) {
      send(500, { error: String((e && e.stack) || e) });
    }
  });
  server.keepAliveTimeout = 0; // the client closes idle connections, never this side
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.listen(port, host);

  const parent = process.ppid;
  const bye = () => {
    server.close();
    process.exit(0);
  };
  process.on("SIGINT", bye);
  process.on("SIGTERM", bye);
  setInterval(() => {
    if (process.ppid !== parent) bye();
  }, 2000).unref(); // no orphan when the proxy is killed
}

main().catch((e) => {
  const t = thrown(e);
  process.stderr.write(JSON.stringify(t.user_facing_error) + "\n");
  process.exit(1);
});
