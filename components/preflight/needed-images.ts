import type { GatewayModel } from "../../config/model.ts";
import { destinationsOf } from "../litellm/destinations.ts";

/** Every image that the containers are made of, each once. */
export function neededImages(model: GatewayModel): string[] {
  const filtered = model.connectors.some(({ container }) => container?.egress.mode === "filtered");
  return [
    ...new Set([
      ...(["database", "proxy", "edge", "mockModel"] as const).map((part) => model[part].image),
      ...model.connectors.flatMap(({ container }) =>
        container === undefined ? [] : [container.image],
      ),
      ...(filtered || destinationsOf(model).length > 0 ? [model.egressProxy.image] : []),
    ]),
  ];
}
