import * as docker from "@pulumi/docker";
import { notLooked } from "../../components/drift/decisions.ts";
import { Gateway } from "../../components/gateway.ts";
import type { GatewayModel } from "../../config/model.ts";
import { type Recording, record } from "./recorder.ts";

/** What a gateway registers on a host that nobody has looked at; its outputs are the stack's. */
export const recordGateway = (model: GatewayModel): Promise<Recording> =>
  record(() => {
    const provider = new docker.Provider("docker-host", { host: model.dockerHost.url });
    return new Gateway("gateway", model, notLooked, { providers: [provider] });
  }, "test");
