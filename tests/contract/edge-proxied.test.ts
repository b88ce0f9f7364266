import { Agent, request } from "node:http";
import { describeWithDocker } from "../support/docker.ts";
import { edgeModel } from "../support/edge-model.ts";
import { type RealEdge, realEdge } from "../support/edge.ts";

jest.setTimeout(60_000);

const key = `sk-${"a".repeat(40)}`;
const keys = [{ name: "claude-code", value: key }];

/** Requests one after the other on one connection, as a reverse proxy sends them. */
async function ask(
  edge: RealEdge,
  forwardedFor: readonly (string | undefined)[],
): Promise<(number | undefined)[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const one = (address: string | undefined) =>
    new Promise<number | undefined>((done, fail) => {
      request(`${edge.url}/v1/models`, {
        agent,
        headers: {
          host: "gateway.test",
          authorization: `Bearer ${key}`,
          ...(address === undefined ? {} : { "x-forwarded-for": address }),
        },
      })
        .on("error", fail)
        .on("response", (answer) => {
          answer.resume().on("end", () => {
            done(answer.statusCode);
          });
        })
        .end();
    });
  const statuses = [];
  for (const address of forwardedFor) statuses.push(await one(address));
  agent.destroy();
  return statuses;
}

const seenAs = async (edge: RealEdge) =>
  (await edge.seen()).map(({ headers }) =>
    headers.filter(([name]) => name === "x-forwarded-for").map(([, value]) => value),
  );

describeWithDocker("the edge behind a reverse proxy", () => {
  let trusting: RealEdge;
  let strict: RealEdge;
  beforeAll(async () => {
    const { limits } = edgeModel().edge;
    [trusting, strict] = await Promise.all([
      realEdge(
        edgeModel({
          // Whatever address the tests come from.
          trustedProxies: ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
          sources: ["198.51.100.0/24"],
          limits: { ...limits, requestsPerMinutePerAddress: 3 },
        }),
        keys,
      ),
      realEdge(edgeModel({ trustedProxies: ["203.0.113.9/32"] }), keys),
    ]);
  }, 120_000);
  afterAll(async () => {
    const edges = [trusting, strict] as (RealEdge | undefined)[];
    await Promise.all(edges.map(async (edge) => edge?.remove()));
  }, 60_000);

  it("takes the address that the proxy has put last, and nothing before it", async () => {
    expect(
      await ask(trusting, [
        "198.51.100.1",
        "203.0.113.5",
        "198.51.100.1, 203.0.113.5",
        "203.0.113.5, 198.51.100.2",
      ]),
    ).toEqual([200, 403, 403, 200]);
    expect(await seenAs(trusting)).toEqual([["198.51.100.1"], ["198.51.100.2"]]);
  });

  it("judges a request of the proxy's own by the proxy's address", async () => {
    expect(await ask(trusting, [undefined, "nonsense"])).toEqual([403, 403]);
  });

  it("counts for each client, although all come by one connection", async () => {
    const [busy, other] = ["198.51.100.7", "198.51.100.8"];
    expect(await ask(trusting, [busy, busy, busy, busy, other, busy])).toEqual([
      200, 200, 200, 429, 200, 429,
    ]);
  });

  it("believes nobody else", async () => {
    await strict.seen();
    expect(await ask(strict, ["198.51.100.1"])).toEqual([200]);
    expect(await seenAs(strict)).toEqual([[expect.stringMatching(/^(172|127|192|10)\./)]]);
  });
});
