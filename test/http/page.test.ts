import { afterAll, beforeAll, expect, test } from "bun:test";
import { brotliDecompressSync } from "node:zlib";
import { createApp } from "../../src/http/app.ts";
import { openWorld, type World } from "./world.ts";

const PEER = {
  peer: "127.0.0.1",
  secure: false,
  unhurried: () => undefined,
  upgrade: () => undefined,
};

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

function get(path: string, headers: Record<string, string> = {}): Response | Promise<Response> {
  const request = new Request(`http://127.0.0.1${path}`, {
    headers: { host: "127.0.0.1", ...headers },
  });
  return createApp(world.parts).fetch(request, PEER);
}

test("is compressed as the browser likes it, each coding with a tag of its own", async () => {
  const cases = [
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["gzip;q=1.0, br;q=0", "gzip"],
    ["BR", "br"],
    ["", null],
    ["identity", null],
  ] as const;
  for (const [accepted, encoding] of cases) {
    const response = await get("/", { "accept-encoding": accepted });
    expect([accepted, response.headers.get("content-encoding")]).toEqual([accepted, encoding]);
    expect(response.headers.get("etag")).toBe(`"0123456789abcdef-${encoding ?? "identity"}"`);
    expect(response.headers.get("vary")).toBe("Accept-Encoding");
  }
  const compressed = await get("/", { "accept-encoding": "br" });
  const text = brotliDecompressSync(await compressed.bytes()).toString();
  expect(text).toBe("// /: the page, or a file of it, of some length");
});

test("is asked for anew each time, and its files are kept for good", async () => {
  const page = await get("/");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const file = await get("/assets/main-0.js");
  expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  for (const tags of ['"0123456789abcdef-br"', 'W/"x", W/"0123456789abcdef-br"', "*"]) {
    const same = await get("/", { "accept-encoding": "br", "if-none-match": tags });
    expect([tags, same.status, (await same.bytes()).length]).toEqual([tags, 304, 0]);
  }
  const other = await get("/", {
    "accept-encoding": "gzip",
    "if-none-match": '"0123456789abcdef-br"',
  });
  expect(other.status).toBe(200);
});

test("may run and reach nothing but linkrd's own, and makes no markup of text", async () => {
  const { headers } = await get("/");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).not.toContain("unsafe");
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
});
