/** The remote command resource, against an SSH server inside the test. */
import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import { Server, utils } from "ssh2";
import { commandResource } from "../plugins/command/lifecycle.ts";
import { runRemotely } from "../plugins/command/remote.ts";
import { subject } from "./subject.ts";

const { create, update } = commandResource(runRemotely);
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "pkcs1", format: "pem" },
});
const hostKeys = utils.generateKeyPairSync("ed25519");
const otherKeys = utils.generateKeyPairSync("ed25519");
let server: Server;
let port: number;
/** What the server was asked to run, with the environment that it had accepted. */
let ran: { command: string; env: Record<string, string>; stdin: string }[];
/** The variables that the server takes: `AcceptEnv`. */
let accepted: string[];

beforeAll(async () => {
  server = new Server({ hostKeys: [hostKeys.private] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (attempt) => {
      const isGood = attempt.method === "password" && attempt.password === "pw";
      if (isGood || attempt.method === "publickey") attempt.accept();
      else attempt.reject(["password", "publickey"]);
    });
    client.on("session", (accept) => {
      const env: Record<string, string> = {};
      accept()
        .on("env", (acceptEnv, rejectEnv, info) => {
          const { key, val } = info;
          if (!accepted.includes(key)) {
            (rejectEnv as (() => void) | undefined)?.();
            return;
          }
          env[key] = val;
          (acceptEnv as (() => void) | undefined)?.();
        })
        .on("exec", (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          let stdin = "";
          channel.on("data", (chunk: Buffer) => {
            stdin += chunk.toString();
          });
          channel.on("end", () => {
            ran.push({ command, env, stdin });
            channel.write("out\n");
            channel.stderr.write("err\n");
            channel.exit(command === "fail" ? 3 : 0);
            channel.end();
          });
        });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
});

beforeEach(() => {
  ran = [];
  accepted = [];
});

function connection(given: Record<string, string | number> = {}) {
  const defaults = { host: "127.0.0.1", port, user: "me", dialErrorLimit: 0, perDialTimeout: 5 };
  return { ...defaults, password: "pw", ...given };
}

test("a command runs with its input, and its output is kept", async () => {
  const inputs = { create: "go", stdin: "in", connection: connection() };
  const { outputs } = await create(subject(), inputs);
  expect(ran).toEqual([{ command: "go", env: {}, stdin: "in" }]);
  expect(outputs).toEqual({ ...inputs, stdout: "out", stderr: "err" });
});

test("a failing command", async () => {
  await expect(create(subject(), { create: "fail", connection: connection() })).rejects.toThrow(
    /^Process exited with status 3: running "fail":\n(out\nerr\n|err\nout\n)$/,
  );
});

test("a private key opens the door too", async () => {
  await create(subject(), { create: "go", connection: connection({ privateKey, password: "no" }) });
  expect(ran).toHaveLength(1);
});

test("environment that the server takes", async () => {
  accepted = ["A"];
  await create(subject(), { create: "go", environment: { A: "1" }, connection: connection() });
  expect(ran).toEqual([{ command: "go", env: { A: "1" }, stdin: "" }]);
});

test("environment that the server refuses fails before the command runs", async () => {
  const about = subject();
  const inputs = { create: "go", environment: { A: "1" }, connection: connection() };
  await expect(create(about, inputs)).rejects.toThrow('could not set environment variable "A"');
  expect(ran).toEqual([]);
  expect(
    about.messages.map(({ severity, message }) => `${severity} ${message.slice(0, 19)}`),
  ).toEqual(["error Unable to set 'A'. "]);
});

test("the previous output is only warned about", async () => {
  const about = subject();
  const state = { stdout: "before", stderr: "" };
  const inputs = { create: "go", connection: connection() };
  await update?.(about, "id", state, inputs);
  expect(ran).toEqual([{ command: "go", env: {}, stdin: "" }]);
  expect(about.messages[0]).toMatchObject({ severity: "warning" });
  const quiet = subject();
  await update?.(quiet, "id", state, { ...inputs, addPreviousOutputInEnv: false, logging: "none" });
  expect(quiet.messages).toEqual([]);
});

test("the host key is checked only if it is given", async () => {
  const right = connection({ hostKey: `${hostKeys.public} a comment` });
  await create(subject(), { create: "go", connection: right });
  const wrong = connection({ hostKey: otherKeys.public });
  await expect(create(subject(), { create: "go", connection: wrong })).rejects.toThrow(
    "after 0 failed attempts: ssh: ",
  );
  const broken = create(subject(), {
    create: "go",
    connection: connection({ hostKey: "nonsense" }),
  });
  await expect(broken).rejects.toThrow("failed to parse host key: ssh: no key found");
  expect(ran).toHaveLength(1);
});

test("dialling is tried again, a wrong password included", async () => {
  const about = subject();
  const inputs = { create: "go", connection: connection({ password: "no", dialErrorLimit: 2 }) };
  await expect(create(about, inputs)).rejects.toThrow(
    "after 2 failed attempts: ssh: All configured authentication methods failed",
  );
  expect(about.messages.map(({ message }) => message)).toEqual([
    "Dial 1/2 failed: retrying",
    "Dial 2/2 failed: retrying",
  ]);
});
