import { isUtf8 } from "node:buffer";
import { Fault } from "../base/fault.ts";

/**
 * The text that a person saved with whatever editor: UTF-8 or UTF-16, with a byte order mark or
 * without, line ends of Windows as well. Lines end with "\n" here. Throws a Fault `bad_config` for
 * what is no text, or an empty one.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = new TextDecoder(encodingOf(bytes)).decode(bytes).replace(/\r\n?/g, "\n");
  if (text.trim() === "") {
    throw new Fault("bad_config", "it is empty: write something into it, or remove it");
  }
  if (text.includes("\0")) {
    throw new Fault("bad_config", "it is no text: save it as plain text, UTF-8");
  }
  return text;
}

/** By its byte order mark; of UTF-16 without one every other byte of ASCII is zero. */
function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (isUtf8(bytes) && !bytes.includes(0)) return "utf-8";
  if (first !== 0 && second === 0) return "utf-16le";
  if (first === 0 && second !== 0) return "utf-16be";
  throw new Fault("bad_config", "its letters are in no encoding that is known: save it as UTF-8");
}

/** The one line of `text`, without blanks around it. Throws when there are more. */
export function onlyLine(text: string): string {
  const lines = text.split("\n").flatMap((line) => line.trim() || []);
  if (lines.length > 1) {
    throw new Fault("bad_config", `it has ${lines.length} lines: write one, and nothing else`);
  }
  return lines[0] ?? "";
}
