import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";

/**
 * The JSON value in a request's body, of at most LIMITS.body_bytes_max, whatever its Content-Type
 * says: clients of the vendor's device leave it out, and curl gives a form's.
 *
 * @throws Fault `body_too_large`, or `bad_request` with line and column
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(text);
  }
}

/** The runtime's own message names no place; jsonc-parser, once it is known to be wrong, does. */
function notJson(text: string): Fault {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowEmptyContent: false });
  const [first] = errors;
  const before = text.slice(0, first?.offset ?? 0);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  const what = first === undefined ? "InvalidSymbol" : printParseErrorCode(first.error);
  const words = what.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return new Fault(
    "bad_request",
    `the body is not JSON: line ${line}, column ${column}: ${words}`,
    {
      details: { line, column },
    },
  );
}

/**
 * The fields of a form, urlencoded or multipart, of at most LIMITS.body_bytes_max: of each of
 * `names` the first, "" where there is none. What is no form has no fields, as kvmd reads it.
 *
 * @throws Fault `body_too_large`
 */
export async function readForm<const Name extends string>(
  request: Request,
  names: readonly Name[],
): Promise<Readonly<Record<Name, string>>> {
  const body = await readBytes(request);
  const type = request.headers.get("content-type") ?? "";
  const isForm = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;
  const headers = {
    "content-type": isForm.test(type) ? type : "application/x-www-form-urlencoded",
  };
  const response = new Response(isForm.test(type) ? body : "", { headers });
  const form = await response.formData().catch(() => new FormData());
  const fields = names.map((name) => {
    const value = form.get(name);
    return [name, typeof value === "string" ? value : ""] as const;
  });
  return Object.fromEntries(fields) as Record<Name, string>;
}

/**
 * A text of any type, in the `charset` that its Content-Type names, UTF-8 without.
 *
 * @throws Fault `body_too_large`, or `bad_request` when it is not of that charset
 */
export async function readPlain(request: Request): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  const [, charset = "utf-8"] = /;\s*charset="?([\w.:-]+)/i.exec(type) ?? [];
  return readText(request, charset);
}

async function readText(request: Request, charset = "utf-8"): Promise<string> {
  const bytes = await readBytes(request);
  try {
    // The runtime knows more names than its types do, and throws at those that it does not know.
    return new TextDecoder(charset as Bun.Encoding, { fatal: true }).decode(bytes);
  } catch {
    const name = charset.toUpperCase();
    throw new Fault("bad_request", `the body is not ${name} text: encode it as UTF-8`);
  }
}

async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers.get("content-length");
  if (Number(declared ?? 0) > LIMITS.body_bytes_max) throw tooLarge();
  if (declared !== null) return await readDeclared(request);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > LIMITS.body_bytes_max) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * A body of a declared length, which the server holds its client to. To read it as a stream would
 * cost a buffer of 256 KiB a request, and the collection of all those.
 */
async function readDeclared(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > LIMITS.body_bytes_max) throw tooLarge();
  return bytes;
}

function tooLarge(): Fault {
  const kibibytes = LIMITS.body_bytes_max / 1024;
  return new Fault("body_too_large", `the body is over ${kibibytes} KiB: send it in parts`);
}
