/** The protocol's answers to checks and diffs. */
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { Failure } from "../schema/check.ts";
import type { Diff } from "../schema/diff.ts";
import { toStruct, type Props } from "./values.ts";

/** One refused input. */
export function checkFailure({ property, reason }: Failure) {
  const wire = new pb.CheckFailure();
  wire.setProperty(property);
  wire.setReason(reason);
  return wire;
}

/** Checked inputs, or why they are refused. */
export function checkResponse(inputs: Props, failures: Failure[]) {
  const response = new pb.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(failures.map(checkFailure));
  return response;
}

/** A diff with its paths, which is what the engine prints and matches options against. */
export function diffResponse(diff: Diff) {
  const response = new pb.DiffResponse();
  const { Kind } = pb.PropertyDiff;
  const plain = { add: Kind.ADD, update: Kind.UPDATE, delete: Kind.DELETE };
  const replacing = {
    add: Kind.ADD_REPLACE,
    update: Kind.UPDATE_REPLACE,
    delete: Kind.DELETE_REPLACE,
  };
  for (const [path, { kind, replace }] of Object.entries(diff.changes)) {
    const wire = new pb.PropertyDiff();
    wire.setKind((replace ? replacing : plain)[kind]);
    response.getDetaileddiffMap().set(path, wire);
    response.addDiffs(path.split(/[.[]/)[0] ?? path);
  }
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(Object.keys(diff.changes).length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setReplacesList([...diff.replaces]);
  response.setDeletebeforereplace(diff.deleteBeforeReplace);
  return response;
}
