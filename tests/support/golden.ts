import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optional } from "../../config/common/optional.ts";
import { noteFunctions } from "../../components/drift/notes.ts";
import { checkout } from "./paths.ts";
import { type Recorded, type Recording, isSecret } from "./recorder.ts";

/** Every host script's place and text. */
const scripts = globSync("components/*/scripts/*", { cwd: checkout })
  .sort()
  .map((place) => ({ place, body: readFileSync(join(checkout, place), "utf8") }));

/** A host script as its variables and its name: its text is in the repository already. */
function scriptOf(text: string): object | undefined {
  for (const { place, body } of scripts) {
    if (!text.endsWith(body)) continue;
    const variables = text.slice(0, -body.length).split("\n").slice(0, -1);
    return { script: `<${place}>`, variables };
  }
  return undefined;
}

const asScript = (text: string): object => scriptOf(text) ?? { script: text };
const noteOf = (text: string) => text.split("\n").filter((line) => /^[A-Z_]+='/.test(line));

/** A script that writes or takes away its note: the script, and the note's variables. */
function notedOf(text: string): unknown {
  const [written, known = "", note = "", script = ""] =
    /^(.*?)(APPLIED='.*?)set -e\nclaim_note\n\(\n(.*)\)\nwrite_note /s.exec(
      text.replace(noteFunctions, ""),
    ) ?? [];
  if (written !== undefined) return { ...asScript(known + script), note: noteOf(note) };
  const [taken, before = "", work = "", forgotten = ""] =
    /^(.*?)set -e\n\(\n(.*)\)\n(APPLIED=.*)/s.exec(text) ?? [];
  return taken === undefined ? undefined : { ...asScript(before + work), note: noteOf(forgotten) };
}

function textOf(text: string): unknown {
  const portable = text.replaceAll(checkout, "<checkout>");
  return (
    notedOf(portable) ??
    scriptOf(portable) ??
    (portable.includes("\n") ? portable.split("\n") : portable)
  );
}

/** Repository files that are deployed as they are: only their place is of interest. */
const deployed = globSync("{guard,components/mock-model/files}/*.{json,py,sh}", { cwd: checkout })
  .sort()
  .map((place) => ({ place, text: readFileSync(join(checkout, place), "utf8") }));

function contentOf(content: string): unknown {
  const file = deployed.find(({ text }) => text === content);
  return file === undefined ? content.split("\n") : `<${file.place}>`;
}

/**
 * The lines that write-files.sh reads, if that is what `text` is. Files that everybody may read
 * are shown; they are no secrets, although standard input is always treated as one.
 */
function filesOf(text: string): unknown {
  const lines = text.split("\n").slice(0, -1);
  // apply-haproxy.sh takes them without mode and owner.
  const edge = lines.map((line) =>
    /^(haproxy\.cfg|version|\w+\.(?:map|lst)) ([A-Za-z0-9+/=]*)$/.exec(line),
  );
  if (lines.length > 0 && !edge.includes(null))
    return edge.map((found) => {
      const [, name, encoded = ""] = found ?? [];
      return { name, content: contentOf(Buffer.from(encoded, "base64").toString()) };
    });
  const files = lines.map((line) => /^(\S+) (644|755|600) (\d+:\d+) ([A-Za-z0-9+/=]*)$/.exec(line));
  if (lines.length === 0 || files.includes(null)) return undefined;
  return files.map((found) => {
    const [, name, mode, owner, encoded = ""] = found ?? [];
    const content = Buffer.from(encoded, "base64").toString();
    return { name, mode, owner, content: mode === "600" ? "[secret]" : contentOf(content) };
  });
}

function shown(key: string, value: unknown): unknown {
  if (isSecret(value)) {
    if (key === "stdin" && typeof value.value === "string")
      return filesOf(value.value) ?? "[secret]";
    // Secret to the provider because of the private key, which these stacks do not have.
    return key === "connection" ? shown(key, value.value) : "[secret]";
  }
  if (typeof value === "string") return textOf(value);
  if (Array.isArray(value)) return value.map((item) => shown("", item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    name === "privateKey" ? "[secret]" : shown(name, item),
  ]);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  ) as unknown;
}

/** The hash of a container's inputs has the checkout's path in it; the inputs themselves are here. */
function inputsOf({ type, inputs }: Recorded): unknown {
  return type === "random:index/randomString:RandomString"
    ? shown("", { ...inputs, keepers: { content: "<hash of the container's inputs>" } })
    : shown("", inputs);
}

function entry(resource: Recorded): unknown {
  const { options, provider } = resource;
  return {
    inputs: inputsOf(resource),
    options: {
      ...options,
      // The provider's own, the same on every command.
      replaceOnChanges: options.replaceOnChanges?.filter((path) => path !== "triggers[*]"),
      ...optional({ provider }),
    },
  };
}

/** Everything a program registered, sorted by URN, secrets redacted: the text of a golden file. */
export function goldenText(recording: Recording): string {
  const resources = recording.resources.map((resource) => [resource.urn, entry(resource)]);
  const dump = { resources: Object.fromEntries(resources) as unknown, lookups: recording.calls };
  return `${JSON.stringify(dump, null, 2)}\n`;
}
