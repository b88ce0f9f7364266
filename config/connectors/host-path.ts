import { posix } from "node:path";

/** Places of a Docker host that hold its secrets or its control, with everything in them. */
const forbidden = [
  "/etc",
  "/root",
  "/boot",
  "/dev",
  "/proc",
  "/sys",
  "/run",
  "/var/run",
  "/var/lib/docker",
  "/var/lib/containerd",
];

const within = (path: string, place: string): boolean =>
  path === place || place === "/" || path.startsWith(`${place}/`);

/**
 * Why a server must not see a path of the Docker host; undefined if it may. Pure: that the path
 * is there, and what it is once symbolic links are followed, only the host can say (preflight).
 * @param own the gateway's own directories, its secrets first of all
 */
export function forbiddenPath(
  path: string,
  own: readonly string[],
  dockerHost: string,
): string | undefined {
  if (!path.startsWith("/")) return "this is not an absolute path";
  if (/[\r\n\0,:]/.test(path)) return "a path with a colon, a comma or a line break in it";
  const plain = posix.normalize(path).replace(/(?<=.)\/$/, "");
  if (plain === "/") return "this is the whole Docker host";
  const socket = /^unix:\/\/(\/.*)$/.exec(dockerHost)?.[1];
  const sockets = ["/var/run/docker.sock", "/run/docker.sock", ...(socket ? [socket] : [])];
  const control = sockets.find((place) => within(plain, place) || within(place, plain));
  if (control !== undefined)
    return `whoever has the Docker socket ${control} has the host${plain === control ? "" : `, and ${plain} has it in it`}`;
  const place = forbidden.find((one) => within(plain, one) || within(one, plain));
  if (place !== undefined)
    return within(plain, place)
      ? `${place} holds secrets or the control of the Docker host`
      : `${plain} has ${place} in it`;
  const mine = own.find((one) => within(plain, one) || within(one, plain));
  if (mine !== undefined) return `the gateway's own files are in ${mine}`;
  const hidden = plain
    .split("/")
    .find((part) => [".ssh", ".gnupg", ".aws", ".kube"].includes(part));
  return hidden === undefined ? undefined : `${hidden} holds keys`;
}
