import { forbiddenPath } from "../../../../config/connectors/host-path.ts";

const own = ["/home/admin/secrets/mcp-gateway", "/home/admin/mcp/config"];
const engine = "unix:///var/run/docker.sock";

it.each([
  ["relative/path", "this is not an absolute path"],
  ["/", "this is the whole Docker host"],
  ["/srv/..", "this is the whole Docker host"],
  ["/etc", "/etc holds secrets or the control of the Docker host"],
  ["/etc/", "/etc holds secrets or the control of the Docker host"],
  ["/srv/../etc/ssl", "/etc holds secrets or the control of the Docker host"],
  ["/root", "/root holds secrets or the control of the Docker host"],
  ["/root/projects", "/root holds secrets or the control of the Docker host"],
  ["/var/run/docker.sock", "whoever has the Docker socket /var/run/docker.sock has the host"],
  [
    "/var",
    "whoever has the Docker socket /var/run/docker.sock has the host, and /var has it in it",
  ],
  ["/var/lib", "/var/lib has /var/lib/docker in it"],
  [
    "/home/admin/secrets/mcp-gateway/proxy",
    "the gateway's own files are in /home/admin/secrets/mcp-gateway",
  ],
  ["/home/admin", "the gateway's own files are in /home/admin/secrets/mcp-gateway"],
  ["/home/other/.ssh", ".ssh holds keys"],
  ["/srv/a:b", "a path with a colon, a comma or a line break in it"],
])("%s is not for a server to see", (path, reason) => {
  expect(forbiddenPath(path, own, engine)).toBe(reason);
});

it("knows another engine's socket", () => {
  expect(forbiddenPath("/srv/engine", own, "unix:///srv/engine/docker.sock")).toContain(
    "/srv/engine has it in it",
  );
});

it.each(["/srv/shared", "/home/admin/documents", "/etcetera", "/rooted", "/var/www"])(
  "%s is",
  (path) => {
    expect(forbiddenPath(path, own, engine)).toBeUndefined();
  },
);
