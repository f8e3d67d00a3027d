import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { readJson } from "../../src/http/body.ts";

function request(body: NonNullable<RequestInit["body"]>, length?: number): Request {
  const headers = length === undefined ? {} : { "content-length": `${length}` };
  return new Request("http://localhost/", { method: "POST", headers, body });
}

/** A body without a declared length, and how much of it was asked for. */
function stream(bytes: number): { body: ReadableStream; taken: () => number } {
  let taken = 0;
  const body = new ReadableStream({
    pull: (controller) => {
      if (taken >= bytes) return controller.close();
      const piece = Math.min(4096, bytes - taken);
      taken += piece;
      controller.enqueue(new Uint8Array(piece).fill(0x20));
    },
  });
  return { body, taken: () => taken };
}

/** JSON of exactly `bytes` bytes. */
function sized(bytes: number): string {
  return `"${"x".repeat(bytes - 2)}"`;
}

describe("a body", () => {
  test("of exactly 64 KiB is read, one byte more is refused", async () => {
    expect(LIMITS.body_bytes_max).toBe(65536);
    expect(await readJson(request(sized(65536)))).toBe("x".repeat(65534));
    expect(readJson(request(sized(65537)))).rejects.toMatchObject({ code: "body_too_large" });
  });

  test("that is declared too large is refused before a byte of it is read", async () => {
    const { body, taken } = stream(1 << 20);
    const refused = readJson(request(body, 1 << 20));
    expect(refused).rejects.toMatchObject({ code: "body_too_large", status: 413 });
    await refused.catch(() => undefined);
    expect(taken()).toBeLessThanOrEqual(4096);
  });

  test("of 1 MiB in chunks is refused at the bound, and the rest is not asked for", async () => {
    const { body, taken } = stream(1 << 20);
    await expect(readJson(request(body))).rejects.toMatchObject({
      code: "body_too_large",
      message: "the body is over 64 KiB: send it in parts",
    });
    expect(taken()).toBeLessThan(LIMITS.body_bytes_max + 3 * 4096);
  });

  test("that is declared smaller than it is does not get in", async () => {
    const { body } = stream(1 << 20);
    await expect(readJson(request(body, 10))).rejects.toMatchObject({ code: "body_too_large" });
  });

  test("that is not UTF-8 is refused", async () => {
    const bytes = Uint8Array.of(0x22, 0xc3, 0x28, 0x22);
    await expect(readJson(request(bytes))).rejects.toMatchObject({
      code: "bad_request",
      message: "the body is not UTF-8 text: encode it as UTF-8",
    });
  });

  test.each([
    ['{"events":[]} // done', 1, 15, "invalid comment token"],
    ['{\n  // first the key\n  "events": []\n}', 2, 3, "invalid comment token"],
    ['{"events":[["text","a"],]}', 1, 25, "value expected"],
    ["{'events':[]}", 1, 2, "invalid symbol"],
    ['{"events":[', 1, 12, "close bracket expected"],
    ["", 1, 1, "value expected"],
    ["NaN", 1, 1, "invalid symbol"],
    ['{"events":[["delay",NaN]]}', 1, 21, "invalid symbol"],
  ])("that is not JSON is refused with its place: %j", async (text, line, column, what) => {
    const refused = readJson(request(text));
    await expect(refused).rejects.toMatchObject({ code: "bad_request", details: { line, column } });
    const sentence = `the body is not JSON: line ${line}, column ${column}: ${what}`;
    await expect(refused).rejects.toThrow(sentence);
  });

  test("is taken whatever its Content-Type says", async () => {
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "content-type": type };
      const init = { method: "POST", headers, body: '{"a":1}' };
      expect(await readJson(new Request("http://localhost/", init))).toEqual({ a: 1 });
    }
  });

  test("may begin with a byte order mark, as Windows writes it", async () => {
    expect(await readJson(request("\ufeff{}"))).toEqual({});
  });

  test("without a body at all is no JSON", async () => {
    const bare = new Request("http://localhost/", { method: "POST" });
    await expect(readJson(bare)).rejects.toMatchObject({ code: "bad_request" });
  });
});
