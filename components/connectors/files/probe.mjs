// A connector's health: initialize and tools/list, as a client does. `probe.mjs http PORT PATH`.
// The same as probe.py, for images with Node and without Python; streamable HTTP only.
const [, , transport, port, path] = process.argv;
if (transport !== "http") throw new Error(`this probe cannot speak ${transport}`);
const [name, ...rest] = (process.env.MCP_PROBE_HEADER ?? "").split(": ");
const headers = {
  Accept: "application/json, text/event-stream",
  ...(name ? { [name]: rest.join(": ") } : {}),
};

async function ask(method, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: body ? { ...headers, "Content-Type": "application/json" } : headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(4000),
  });
  if (answer.status >= 400) throw new Error(`${method} ${path}: HTTP ${answer.status}`);
  return answer;
}

/** The result of a request, from a JSON body or an event stream. */
async function answered(answer, id) {
  const text = await answer.text();
  if (!(answer.headers.get("content-type") ?? "").includes("text/event-stream"))
    return JSON.parse(text).result;
  const messages = text
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => JSON.parse(line.slice(5)));
  return messages.find((message) => message.id === id)?.result;
}

const hello = await ask("POST", {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-03-26",
    capabilities: {},
    clientInfo: { name: "mcp-gateway-probe", version: "1" },
  },
});
await answered(hello, 1);
// A session is ended again: the server would keep it for ever otherwise.
const session = hello.headers.get("mcp-session-id");
if (session) headers["Mcp-Session-Id"] = session;
try {
  await ask("POST", { jsonrpc: "2.0", method: "notifications/initialized" });
  const listed = await answered(
    await ask("POST", { jsonrpc: "2.0", id: 2, method: "tools/list" }),
    2,
  );
  if (!listed?.tools?.length) throw new Error("the server lists no tools");
  console.log(`${listed.tools.length} tools`);
} finally {
  if (session) await ask("DELETE");
}
