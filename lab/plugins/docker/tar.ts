/** A tar archive with one file: what the daemon takes for an upload into a container. */
import type { Upload } from "./container-types.ts";

const BLOCK = 512;
const NAME_BYTES = 100;

/** The archive for one entry of `uploads`. */
export function uploadArchive(upload: Upload, now: Date = new Date()): Buffer {
  const { content = "", contentBase64 = "" } = upload;
  if (content === "" && contentBase64 === "") {
    const ways = "'content', 'content_base64', or 'source'";
    throw new Error(`error with upload content: one of ${ways} must be set`);
  }
  if (content !== "" && contentBase64 !== "") {
    const ways = "'content', 'content_base64', or 'source'";
    throw new Error(`error with upload content: only one of ${ways} can be set`);
  }
  const data = content === "" ? Buffer.from(contentBase64, "base64") : Buffer.from(content);
  const padding = Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK);
  const head = header(upload.file, fileMode(upload), data.length, now);
  return Buffer.concat([head, data, padding, Buffer.alloc(2 * BLOCK)]);
}

function fileMode({ permissions = "", executable }: Upload): number {
  if (permissions !== "") return Number.parseInt(permissions, 8);
  return executable ? 0o744 : 0o644;
}

function header(name: string, mode: number, size: number, now: Date): Buffer {
  if (Buffer.byteLength(name) > NAME_BYTES) {
    throw new Error(`uploads: this stand-in takes paths of up to ${NAME_BYTES} bytes: ${name}`);
  }
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, "0");
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108); // owner and group: root
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(now.getTime() / 1000), 12), 136);
  block.write("0", 156); // an ordinary file
  block.write("ustar\0" + "00", 257);
  // The checksum counts its own field as blanks.
  block.write(" ".repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 7)}\0 `, 148);
  return block;
}
