import type { ContainerInputs } from "../plugins/docker/container-types.ts";

/** The inputs that a check always leaves behind. */
export const LEAST = {
  name: "box",
  image: "i",
  attach: false,
  logs: false,
  memoryReservation: 0,
  mustRun: true,
  networkMode: "bridge",
  readOnly: false,
  removeVolumes: true,
  restart: "no",
  rm: false,
  start: true,
  wait: false,
  waitTimeout: 60,
} satisfies ContainerInputs;
