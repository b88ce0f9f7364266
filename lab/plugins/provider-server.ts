/**
 * Serves a package over Pulumi's provider protocol.
 *
 * It stands on the raw protocol classes: the SDK's own provider server pulls in the whole SDK,
 * which costs every preview 50 ms per plugin.
 */
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import { createRequire } from "node:module";
import * as provider from "./provider.ts";
import { engineLog, type EngineLog } from "./rpc/engine-log.ts";
import { failure } from "./rpc/failure.ts";
import { checkFailure, checkResponse, diffResponse } from "./rpc/replies.ts";
import { exitWithParent } from "./rpc/parent-watch.ts";
import { fromStruct, revealAll, toStruct, type Plain, type Props } from "./rpc/values.ts";
import { resourceSpec } from "./schema/schema.ts";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Starts the server and prints its port, as the engine expects from a plugin. */
export function serve(pkg: provider.Package): void {
  exitWithParent();
  const address = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
  const log: EngineLog = address === undefined ? () => () => Promise.resolve() : engineLog(address);
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(providerGrpc.ResourceProviderService, { ...handlers(pkg, log) });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}

/** Turns a function that returns the response into a gRPC handler. */
function unary<Request, Response>(body: (request: Request) => Response | Promise<Response>) {
  return (
    call: grpc.ServerUnaryCall<Request, Response>,
    done: grpc.sendUnaryData<Response>,
  ): void => {
    Promise.resolve(call.request)
      .then(body)
      .then(
        (response) => {
          done(null, response);
        },
        (error: unknown) => {
          done(failure(error));
        },
      );
  };
}

type Named = { getUrn(): string };

function tokenOf(request: Named): string {
  return request.getUrn().split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(request: Named): string {
  return request.getUrn().split("::").slice(3).join("::");
}

function handlers(pkg: provider.Package, log: EngineLog) {
  const { schema } = pkg;
  const cancelled = new AbortController();
  const subject = (request: Named): provider.Subject => ({
    urn: request.getUrn(),
    name: nameOf(request),
    log: log(request.getUrn()),
    signal: cancelled.signal,
  });
  const logic = (request: Named): provider.ResourceLogic => {
    const found = pkg.resources[tokenOf(request)];
    if (found === undefined) throw new Error(`unrecognized resource type ${tokenOf(request)}`);
    return found;
  };
  const marked = (request: Named, outputs: Plain, inputs: Props) =>
    toStruct(provider.markSecrets(resourceSpec(schema, tokenOf(request)), outputs, inputs));
  /** What a failed operation left behind keeps its secret marks too. */
  const keeping = async <Result>(
    request: Named,
    inputs: Props,
    body: () => Promise<Result>,
  ): Promise<Result> => {
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof provider.HalfMade)) throw error;
      throw failure(error, marked(request, error.outputs, inputs));
    }
  };

  return {
    handshake: unary(() => {
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const info = new pluginPb.PluginInfo();
      info.setVersion(sdkVersion(schema.name));
      return info;
    }),
    checkConfig: unary((request: InstanceType<typeof pb.CheckRequest>) => {
      const { inputs, failures } = provider.checkConfig(schema, fromStruct(request.getNews()));
      return checkResponse(inputs, failures);
    }),
    diffConfig: unary((request: InstanceType<typeof pb.DiffRequest>) => {
      // A changed provider updates; it never replaces what it made.
      const response = new pb.DiffResponse();
      const [olds, news] = [fromStruct(request.getOldInputs()), fromStruct(request.getNews())];
      const same = JSON.stringify(olds) === JSON.stringify(news);
      const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
      response.setChanges(same ? DIFF_NONE : DIFF_SOME);
      return response;
    }),
    configure: unary((request: InstanceType<typeof pb.ConfigureRequest>) => {
      pkg.configure?.(provider.readConfig(schema, fromStruct(request.getArgs())));
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary((request: InstanceType<typeof pb.CheckRequest>) => {
      const { inputs, failures } = provider.checkResource(
        schema,
        tokenOf(request),
        nameOf(request),
        fromStruct(request.getOlds()),
        fromStruct(request.getNews()),
      );
      return checkResponse(inputs, failures);
    }),
    diff: unary((request: InstanceType<typeof pb.DiffRequest>) => {
      const olds = {
        state: fromStruct(request.getOlds()),
        inputs: fromStruct(request.getOldInputs()),
      };
      const news = fromStruct(request.getNews());
      const ignored = request.getIgnorechangesList();
      return diffResponse(provider.diffResource(schema, tokenOf(request), olds, news, ignored));
    }),
    create: unary(async (request: InstanceType<typeof pb.CreateRequest>) => {
      const inputs = fromStruct(request.getProperties());
      const response = new pb.CreateResponse();
      if (request.getPreview()) {
        const outputs = provider.previewCreate(schema, tokenOf(request), inputs);
        response.setProperties(toStruct(outputs));
        return response;
      }
      return keeping(request, inputs, async () => {
        const made = await logic(request).create(subject(request), revealInputs(inputs));
        response.setId(made.id);
        response.setProperties(marked(request, made.outputs, inputs));
        return response;
      });
    }),
    read: unary(async (request: InstanceType<typeof pb.ReadRequest>) => {
      const state = fromStruct(request.getProperties());
      if (Object.keys(state).length === 0) {
        throw new Error(
          "this stand-in can't import or look up a resource; use the official plugin",
        );
      }
      const response = new pb.ReadResponse();
      const read = logic(request).read;
      const now =
        read === undefined
          ? { id: request.getId(), outputs: revealAll(state) }
          : await read(subject(request), request.getId(), revealAll(state));
      if (now === undefined) return response; // no id: the engine takes it out of the state
      response.setId(now.id);
      response.setProperties(marked(request, now.outputs, state));
      response.setInputs(toStruct(fromStruct(request.getInputs())));
      return response;
    }),
    update: unary(async (request: InstanceType<typeof pb.UpdateRequest>) => {
      const state = fromStruct(request.getOlds());
      const news = fromStruct(request.getNews());
      const response = new pb.UpdateResponse();
      if (request.getPreview()) {
        const olds = { state, inputs: fromStruct(request.getOldInputs()) };
        const outputs = provider.previewUpdate(schema, tokenOf(request), olds, news);
        response.setProperties(toStruct(outputs));
        return response;
      }
      const update = logic(request).update;
      if (update === undefined) throw new Error(`${tokenOf(request)} can't be updated in place`);
      return keeping(request, news, async () => {
        const [old, wanted] = [revealAll(state), revealInputs(news)];
        const outputs = await update(subject(request), request.getId(), old, wanted);
        response.setProperties(marked(request, outputs, news));
        return response;
      });
    }),
    delete: unary(async (request: InstanceType<typeof pb.DeleteRequest>) => {
      const state = revealAll(fromStruct(request.getProperties()));
      await logic(request).delete(subject(request), request.getId(), state);
      return new emptyPb.Empty();
    }),
    invoke: unary(async (request: InstanceType<typeof pb.InvokeRequest>) => {
      const args = fromStruct(request.getArgs());
      const { outputs, failures } = await provider.invoke(pkg, request.getTok(), args);
      const response = new pb.InvokeResponse();
      response.setReturn(toStruct(outputs));
      response.setFailuresList(failures.map(checkFailure));
      return response;
    }),
    cancel: unary(() => {
      // Not the end of the process: the engine calls a plugin that exits by itself broken.
      cancelled.abort();
      return new emptyPb.Empty();
    }),
  };
}

function revealInputs(inputs: Props): Plain {
  const plain = revealAll(inputs);
  delete plain["__defaults"];
  return plain;
}

/** The version of the SDK beside us: the engine warns of a plugin that is older than its SDK. */
function sdkVersion(name: string): string {
  const require = createRequire(process.argv[1] ?? "");
  return (require(`@pulumi/${name}/package.json`) as { version: string }).version;
}
