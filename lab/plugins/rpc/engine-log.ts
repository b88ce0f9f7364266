/** Sends messages to the engine's console, attached to the resource they are about. */
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

const { INFO, WARNING, ERROR } = enginePb.LogSeverity;
const SEVERITIES = { info: INFO, warning: WARNING, error: ERROR };
export type Severity = keyof typeof SEVERITIES;

/** `passing` messages show in the status column only, as a command's output lines do. */
export type Log = (severity: Severity, message: string, passing?: boolean) => Promise<void>;

export type EngineLog = (urn: string) => Log;

/** A log over the engine's own service; the connection is made by the first message. */
export function engineLog(address: string): EngineLog {
  let client: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  return (urn) => (severity, message, passing) => {
    client ??= new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
    const request = new enginePb.LogRequest();
    request.setSeverity(SEVERITIES[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(passing === true);
    // A lost line of output is no reason to fail a deployment.
    return new Promise((resolve) => {
      client?.log(request, () => {
        resolve();
      });
    });
  };
}
