/** Junk in every query parameter that the API document names: refused as it tells, or let be. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { OpenApi } from "../../src/http/openapi.ts";
import { checkAnswer } from "../http/documented.ts";
import { Linkrd } from "./linkrd.ts";
import { enter } from "./person.ts";

const JUNK = [
  "",
  " ",
  "-1",
  "1e999",
  "0x",
  "1.5",
  "99999999999999",
  "NaN",
  "null",
  "[]",
  "a,b",
  "\0",
  "%",
  "ü\u{1f600}",
  "'; --",
  "../../etc/passwd",
  "a".repeat(5000),
];

let linkrd: Linkrd;
let cookie: string;
let document: OpenApi;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  cookie = await enter(linkrd);
  document = (await linkrd.ask("/api/openapi.json")).json as OpenApi;
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

interface Aim {
  readonly method: string;
  readonly path: string;
  readonly name: string;
}

/** Each parameter of a query, save of what has no end, or waits for what will not come. */
function aims(): readonly Aim[] {
  return Object.entries(document.paths).flatMap(([path, methods]) => {
    return Object.entries(methods).flatMap(([method, { parameters, responses }]) => {
      if (JSON.stringify(responses).includes("multipart/") || "101" in responses) return [];
      const names = parameters.flatMap(({ in: where, name }) => (where === "query" ? [name] : []));
      return names.map((name) => ({ method: method.toUpperCase(), path, name }));
    });
  });
}

test("nothing but 200 and 400, each as documented", async () => {
  const all = aims();
  expect(all.length).toBeGreaterThan(50);
  const statuses = new Set<number>();
  for (const { method, path, name } of all) {
    for (const value of JUNK) {
      const asked = { method, path: `${path}?${new URLSearchParams({ [name]: value })}` };
      const { status, headers, text } = await linkrd.ask(
        asked.path,
        { method, headers: { cookie } },
        "",
      );
      statuses.add(status);
      if (status !== 200 && status !== 400) throw new Error(`${method} ${asked.path}: ${status}`);
      checkAnswer(document, asked, { status, headers: headers.toJSON(), body: text });
    }
  }
  expect([...statuses].toSorted()).toEqual([200, 400]);
  expect(linkrd.lines("error")).toEqual([]);
}, 60_000);
