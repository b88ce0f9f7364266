import { connect } from "node:net";
import { edgeFiles } from "../../components/edge/maps.ts";
import { describeWithDocker, dockerOk } from "../support/docker.ts";
import { edgeModel } from "../support/edge-model.ts";
import { type Answer, type RealEdge, exchange, linesWith, realEdge } from "../support/edge.ts";

jest.setTimeout(60_000);

const key = (name: string) => ({ name, value: `sk-${name.padEnd(40, "x")}` });
const [one, two, small] = [key("one"), key("two"), { ...key("small"), rpm: 3 }] as const;
const request = (line: string, value: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, "Host: localhost", `Authorization: Bearer ${value}`, ...headers].join("\r\n")}\r\n\r\n`;
const models = ({ value }: { value: string }) => request("GET /v1/models", value);

let edge: RealEdge | undefined;
afterEach(async () => {
  await edge?.remove();
  edge = undefined;
}, 30_000);

async function times(count: number, ask: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < count; at++) statuses.push((await ask()).status);
  return statuses;
}

/** Sends `first`, then one byte of `rest` every `gap` ms; how long the edge put up with it. */
function drip(url: string, first: string, rest: string, gap: number) {
  const { hostname, port } = new URL(url);
  const started = Date.now();
  return new Promise<{ status: number; ms: number }>((done) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    let at = 0;
    const timer = setInterval(() => socket.write(rest[at++ % rest.length] ?? ""), gap);
    const end = (): void => {
      clearInterval(timer);
      socket.destroy();
      done({ status: Number(text.split(" ")[1] ?? 0), ms: Date.now() - started });
    };
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      end();
    });
    socket.on("error", end).on("close", end);
    socket.write(first);
  });
}

describeWithDocker("the edge's limits", () => {
  const limits = {
    requestsPerMinute: 5,
    requestsPerMinutePerAddress: 1000,
    failuresPerMinute: 4,
    connectionsPerAddress: 256,
  };

  it("counts each key for itself, by its own limit if it has one, across a reload", async () => {
    edge = await realEdge(edgeModel({ limits }), [key("first"), one, small]);
    const { raw } = edge;
    expect(await times(7, () => raw(models(one)))).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(await times(4, () => raw(models(small)))).toEqual([200, 200, 200, 429]);
    const answer = await raw(models(one));
    expect(answer.headers["retry-after"]).toBe("10");
    expect(JSON.parse(answer.body)).toEqual({
      error: { message: "too many requests with this key", type: "mcp_gateway" },
    });
    const line = { key: "one", refused: "rate", status: 429 };
    expect(await linesWith(edge, line, 3)).toHaveLength(3);
    expect((await edge.seen()).length).toBe(8);
    expect(edge.apply(edgeFiles(edgeModel({ limits }), [one, two])).stderr).toBe("");
    expect(await times(2, () => raw(models(one)))).toEqual([429, 429]);
    expect(await times(1, () => raw(models(two)))).toEqual([200]);
  });

  it("stops an address that guesses, and not the key behind the same address", async () => {
    edge = await realEdge(edgeModel({ limits }), [key("first"), one]);
    const { raw } = edge;
    const guess = () => raw(request("GET /v1/models", "sk-guess"));
    expect(await times(6, guess)).toEqual([401, 401, 401, 401, 429, 429]);
    expect((await guess()).headers["retry-after"]).toBe("60");
    expect(await times(1, () => raw(models(one)))).toEqual([200]);
  });

  it("limits an address as a whole", async () => {
    const whole = { ...limits, requestsPerMinute: 100, requestsPerMinutePerAddress: 12 };
    edge = await realEdge(edgeModel({ limits: whole }), [one]);
    const { raw } = edge;
    const statuses = await times(14, () => raw(models(one)));
    expect(statuses.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const line = { key: "-", refused: "rate" };
    expect(await linesWith(edge, line, 3)).toHaveLength(3);
  });

  it("writes a line for every request, however many come at once", async () => {
    const many = { ...limits, requestsPerMinutePerAddress: 20, failuresPerMinute: 20 };
    edge = await realEdge(edgeModel({ limits: many }), [one]);
    const { raw } = edge;
    const line = { path: "/v1/models" };
    const before = (await linesWith(edge, line)).length;
    let left = 3000;
    const client = async (): Promise<void> => {
      while (left-- > 0) await raw(models(one));
    };
    await Promise.all(Array.from({ length: 8 }, client));
    expect((await linesWith(edge, line, before + 3000)).length).toBe(before + 3000);
  });

  it("tells clients when to come again while the proxy does not serve", async () => {
    edge = await realEdge(edgeModel({ limits }), [key("first"), one]);
    await dockerOk(["pause", edge.upstream]);
    let answer = await edge.raw(models(one));
    for (let tries = 0; answer.status !== 503 && tries < 4; tries++)
      answer = await edge.raw(models(one));
    await dockerOk(["unpause", edge.upstream]);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(JSON.parse(answer.body)).toEqual({
      error: { message: "the proxy is not ready", type: "mcp_gateway" },
    });
  });

  it("limits the connections of an address", async () => {
    edge = await realEdge(edgeModel({ limits: { ...limits, connectionsPerAddress: 10 } }), [one]);
    const { hostname, port } = new URL(edge.url);
    const held = Array.from({ length: 10 }, () => connect(Number(port), hostname));
    await Promise.all(held.map((socket) => new Promise((done) => socket.once("connect", done))));
    for (const socket of held) socket.on("error", () => undefined).write("GET");
    await new Promise((done) => setTimeout(done, 300));
    expect((await edge.raw(models(one))).status).toBe(0);
    for (const socket of held) socket.destroy();
    await new Promise((done) => setTimeout(done, 300));
    expect((await edge.raw(models(one))).status).toBe(200);
  });

  it("lets no other network in", async () => {
    edge = await realEdge(edgeModel({ sources: ["203.0.113.0/24"] }), [one]);
    const line = { key: "-", refused: "source", status: 403 };
    const before = (await linesWith(edge, line)).length;
    const answer = await edge.raw(models(one));
    expect([answer.status, answer.headers["content-type"]]).toEqual([403, "application/json"]);
    expect(await linesWith(edge, line, before + 1)).toHaveLength(before + 1);
    expect(await edge.seen()).toEqual([]);
  });

  it("closes to slow clients, and not on long calls and silent streams", async () => {
    // The same file with shorter times: the long ones of the server stay as they are.
    const hurried = (text: string) =>
      text
        .replace("timeout http-request 10s", "timeout http-request 1s")
        .replace("timeout client 30s", "timeout client 1s")
        .replace("wait-for-body time 10s", "wait-for-body time 1s");
    edge = await realEdge(edgeModel(), [one], hurried);
    const post = (length: number) => request("POST /mcp/", one.value, `Content-Length: ${length}`);
    const [headers, body, stalled, slow, stream] = await Promise.all([
      drip(edge.url, "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nx: ", "a", 200),
      drip(edge.url, post(1000), "a", 200),
      drip(edge.url, post(100_000) + "a".repeat(60_000), "a", 5_000),
      edge.raw(request("POST /mcp/", one.value, "Content-Length: 0", "x-slow: 4")),
      edge.raw(request("POST /mcp/", one.value, "x-silent: 4", "Content-Length: 0")),
    ]);
    expect([headers.status, body.status]).toEqual([408, 408]);
    expect(Math.max(headers.ms, body.ms, stalled.ms)).toBeLessThan(3_500);
    expect(stalled.status).not.toBe(200);
    expect([slow.status, stream.status]).toEqual([200, 200]);
    expect(stream.body).toContain("data: end");
  });
});

describeWithDocker("the edge's hot changes", () => {
  const model = edgeModel();
  const pid = () =>
    dockerOk(["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", edge?.container ?? ""]);

  it("keeps a stream and a slow call through three reloads, and refuses a removed key at once", async () => {
    edge = await realEdge(model, [one, two]);
    const { raw, url, apply } = edge;
    const before = await pid();
    const stream = raw(request("POST /mcp/", two.value, "x-silent: 8", "Content-Length: 0"));
    const slow = raw(request("POST /mcp/", two.value, "x-slow: 8", "Content-Length: 0"));
    await new Promise((done) => setTimeout(done, 300));
    for (const keys of [[one], [one, two], [one]]) {
      expect(apply(edgeFiles(model, keys))).toMatchObject({ code: 0, stderr: "" });
      const known = keys.includes(two) ? 200 : 401;
      expect(await times(5, () => exchange(url, models(two)))).toEqual(Array(5).fill(known));
      expect(await times(5, () => exchange(url, models(one)))).toEqual(Array(5).fill(200));
    }
    expect((await slow).status).toBe(200);
    expect((await stream).body).toContain("data: end");
    expect(await pid()).toBe(before);
  });

  it("keeps no connection: a removed key does not live on in one, and no reload cuts one off", async () => {
    edge = await realEdge(model, [one, two]);
    const { hostname, port } = new URL(edge.url);
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    const closed = new Promise((done) => socket.on("close", done).on("error", () => undefined));
    socket.write(models(two));
    await new Promise((done) => setTimeout(done, 200));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*connection: close\r\n/i);
    await closed;
  });

  it("keeps what serves when HAProxy refuses the new one, and says why", async () => {
    edge = await realEdge(model, [one]);
    const broken = edgeFiles(model, [two]).map((file) =>
      file.name === "haproxy.cfg"
        ? { ...file, content: `${file.content}\nfrontend x\n  nonsense\n` }
        : file,
    );
    const ran = edge.apply(broken);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("the one before it keeps serving");
    expect(ran.stderr).toContain("unknown keyword 'nonsense'");
    expect(await times(1, () => exchange(edge?.url ?? "", models(one)))).toEqual([200]);
    await dockerOk(["restart", "--time", "1", edge.container]);
    const url = `http://${await dockerOk(["port", edge.container, "4000"])}`;
    for (let tries = 0; tries < 40 && (await exchange(url, models(one))).status !== 200; tries++)
      await new Promise((done) => setTimeout(done, 100));
    expect((await exchange(url, models(one))).status).toBe(200);
  });

  it("goes back when the new one is fine and cannot be run", async () => {
    edge = await realEdge(model, [one]);
    const taken = edgeFiles(model, [two]).map((file) =>
      // An address that is not this container's: the check does not bind.
      file.name === "haproxy.cfg"
        ? {
            ...file,
            content: file.content.replace("bind :4000", "bind :4000\n  bind 203.0.113.1:80"),
          }
        : file,
    );
    const ran = edge.apply(taken);
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("did not take the new")]);
    expect(await times(3, () => exchange(edge?.url ?? "", models(one)))).toEqual([200, 200, 200]);
    expect(edge.apply(edgeFiles(model, [two])).code).toBe(0);
    expect(await times(1, () => exchange(edge?.url ?? "", models(two)))).toEqual([200]);
  });
});
