import { z } from "zod";
import { project } from "../../config/common/names.ts";

/** The parts of `pulumi stack export` that tell what an interrupted run has left. */
export const exportedStack = z.looseObject({
  deployment: z.looseObject({
    resources: z
      .array(
        z
          .looseObject({
            id: z.string(),
            type: z.string(),
            urn: z.string(),
            delete: z.boolean(),
          })
          .partial(),
      )
      .default([]),
    pending_operations: z
      .array(
        z.looseObject({
          type: z.string(),
          resource: z.looseObject({
            type: z.string(),
            inputs: z.looseObject({ name: z.unknown() }).partial().optional(),
          }),
        }),
      )
      .default([]),
  }),
});
export type ExportedStack = z.output<typeof exportedStack>;

/** A Docker object that an interrupted run may have made without recording it. */
export interface Suspect {
  readonly kind: "container" | "network";
  readonly name: string;
}

const kinds: Readonly<Record<string, Suspect["kind"]>> = {
  "docker:index/container:Container": "container",
  "docker:index/network:Network": "network",
};

/** Containers and networks whose creation was interrupted. Everything else can be made twice. */
export function suspects(stack: ExportedStack): Suspect[] {
  return stack.deployment.pending_operations.flatMap((operation) => {
    const kind = kinds[operation.resource.type];
    const name = operation.resource.inputs?.name;
    return operation.type === "creating" && kind !== undefined && typeof name === "string"
      ? [{ kind, name }]
      : [];
  });
}

/** `docker inspect` of a suspect says that it is ours, and the state does not know it. */
export function isOrphan(stack: ExportedStack, id: string, labelledProject: string): boolean {
  const known = stack.deployment.resources.some((resource) => resource.id === id);
  return labelledProject === project && !known;
}

/** The same stack without pending operations, ready for `pulumi stack import`. */
export function withoutPending(stack: ExportedStack): ExportedStack {
  return { ...stack, deployment: { ...stack.deployment, pending_operations: [] } };
}
