/** Errors as the engine understands them, including "it exists but is not as it should be". */
import grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { HalfMade } from "../provider.ts";

/** An error that is already in the form that gRPC sends. */
class WireError extends Error {
  readonly code = grpc.status.UNKNOWN;
  readonly details: string;
  readonly metadata: grpc.Metadata;
  constructor(message: string, metadata: grpc.Metadata) {
    super(message);
    this.details = message;
    this.metadata = metadata;
  }
}

/**
 * @param properties what is known of a half-made resource. It travels in a header that the engine
 * reads as part of the error; without it the engine forgets the id and the thing is orphaned.
 */
export function failure(error: unknown, properties?: Struct): WireError {
  if (error instanceof WireError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof HalfMade && properties !== undefined) {
    const detail = new pb.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(properties);
    detail.setReasonsList([message]);
    const packed = new anyPb.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusPb.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return new WireError(message, metadata);
}
