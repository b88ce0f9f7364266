import { createHash } from "node:crypto";
import {
  allowedHosts,
  edgeFileNames,
  edgeFiles,
  keyMaps,
} from "../../../../components/edge/maps.ts";
import { haproxyInput } from "../../../../components/haproxy/live-config.ts";
import { keyHash } from "../../../../config/keys/key-hash.ts";
import { edgeModel } from "../../../support/edge-model.ts";

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");
const files = (list: readonly { name: string; content: string }[]) =>
  Object.fromEntries(list.map(({ name, content }) => [name, content]));

it("hashes as HAProxy does: lower-case hex", () => {
  expect(keyHash("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it("writes a line for each key, and one only where there is something to say", () => {
  expect(
    files(
      keyMaps([
        { name: "a", value: "sk-a" },
        { name: "b", value: "sk-b", rpm: 30, expires: 1_800_000_000 },
      ]),
    ),
  ).toEqual({
    "keys.map": [`${sha("sk-a")} a\n`, `${sha("sk-b")} b\n`].sort().join(""),
    "expiry.map": `${sha("sk-b")} 1800000000\n`,
    "rpm.map": `${sha("sk-b")} 30\n`,
  });
});

it("keeps two values of one name apart: an old one that still works", () => {
  const { "keys.map": keys = "" } = files(
    keyMaps([
      { name: "a", value: "sk-old", expires: 5 },
      { name: "a", value: "sk-new" },
    ]),
  );
  expect(keys.split("\n").sort()).toEqual(["", `${sha("sk-new")} a`, `${sha("sk-old")} a`].sort());
});

it.each([[[]], [["10.9.0.0/16"]]])(
  "names every file that it writes: proxies %j",
  (trustedProxies) => {
    const model = { ...edgeModel(), edge: { ...edgeModel().edge, trustedProxies } };
    const written = edgeFiles(model, []).map(({ name }) => name);
    expect([...edgeFileNames(model.edge)].sort()).toEqual([...written, "admin.lst"].sort());
  },
);

it("is the same file whatever the order of the keys", () => {
  const keys = ["a", "b", "c"].map((name) => ({ name, value: `sk-${name}` }));
  expect(edgeFiles(edgeModel(), keys)).toEqual(edgeFiles(edgeModel(), keys.reverse()));
});

it("has empty maps without keys: nobody comes in", () => {
  expect(keyMaps([]).map(({ content }) => content)).toEqual(["", "", ""]);
});

it("goes by the names of the configuration and the loopback's, in lower case", () => {
  expect(allowedHosts(edgeModel({ hosts: ["Other.test", "[FD00::1]"] }))).toEqual([
    "127.0.0.1",
    "[::1]",
    "[fd00::1]",
    "gateway.test",
    "localhost",
    "other.test",
  ]);
  expect(allowedHosts(edgeModel({ hosts: [] }, { bind: "192.168.1.2" }))).toContain("192.168.1.2");
});

it("has these files, none with a key in it, and a version that changes with any of them", () => {
  const keys = [{ name: "a", value: "sk-secret" }];
  const now = files(edgeFiles(edgeModel(), keys));
  expect(Object.keys(now)).toEqual([
    "haproxy.cfg",
    "hosts.lst",
    "sources.lst",
    "keys.map",
    "expiry.map",
    "rpm.map",
    "version",
  ]);
  expect(JSON.stringify(now)).not.toContain("sk-secret");
  const versions = [
    now,
    files(edgeFiles(edgeModel(), [])),
    files(edgeFiles(edgeModel({ sources: ["10.0.0.0/8"] }), keys)),
    files(edgeFiles(edgeModel({ hosts: [] }), keys)),
    files(edgeFiles(edgeModel(), [{ name: "a", value: "sk-secret", rpm: 1 }])),
  ].map((each) => each["version"]);
  expect(new Set(versions).size).toBe(5);
  expect(now["version"]).toMatch(/^[0-9a-f]{12}$/);
});

it("is handed to the host as lines that a shell can read", () => {
  expect(haproxyInput([{ name: "keys.map", content: "a b\n" }])).toBe("keys.map YSBiCg==\n");
});
