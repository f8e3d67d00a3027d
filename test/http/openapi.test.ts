import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { version } from "../../package.json" with { type: "json" };
import { Fault } from "../../src/base/fault.ts";
import { routes } from "../../src/http/app.ts";
import { type OpenApi, openApiOf } from "../../src/http/openapi.ts";
import { readQuery } from "../../src/http/query.ts";
import { checkAnswer, operationFor } from "./documented.ts";
import { ask, openWorld, type World } from "./world.ts";

let world: World;
let document: OpenApi;
let headers: { authorization: string };

/** The routes that are documented: all but files of the page, and aliases. */
function described() {
  return routes(world.parts).flatMap(({ doc, method, path }) => {
    return typeof doc === "string" ? [] : { doc, method, path };
  });
}

beforeAll(async () => {
  world = await openWorld();
  document = openApiOf(routes(world.parts), version);
  headers = { authorization: `token ${await world.token("all")}` };
});

afterAll(() => world[Symbol.asyncDispose]());

describe("the API document", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)));
    expect([valid, errors]).toEqual([true, undefined]);
    expect(validator.version).toBe("3.1");
  });

  test("lies in docs/openapi.json as it is: `make openapi` if not", async () => {
    const copy = await Bun.file(join(import.meta.dir, "../../docs/openapi.json")).json();
    expect(copy).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test("has each route, under a name of its own", () => {
    const ids = described().map(({ method, path }) => {
      return operationFor(document, { method, path })?.operation.operationId ?? `none for ${path}`;
    });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.join(" ")).not.toContain("none for");
  });

  test("names each part of a path", () => {
    for (const { path, doc } of described()) {
      const names = [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
      expect([path, Object.keys(doc.path ?? {})]).toEqual([path, names]);
    }
  });

  test("has a default that its own parameter takes", () => {
    for (const { path, doc } of described()) {
      for (const [name, { schema, parse }] of Object.entries(doc.query ?? {})) {
        if (!("default" in schema)) continue;
        const [told, taken] = [parse(`${schema["default"]}`, name), parse(undefined, name)];
        expect([path, name, told]).toEqual([path, name, taken]);
      }
    }
  });

  test("takes numbers in the range that it tells, and none beyond", () => {
    for (const { doc } of described()) {
      for (const [name, parameter] of Object.entries(doc.query ?? {})) {
        const { minimum, maximum, type } = parameter.schema;
        const read = (value: number) => {
          return readQuery(`http://x/?${name}=${value}`, { [name]: parameter });
        };
        if (typeof minimum === "number") {
          expect(read(minimum)).toBeDefined();
          expect(() => read(minimum - 1)).toThrow(Fault);
        }
        if (typeof maximum === "number" && type === "integer") {
          expect(read(maximum)).toBeDefined();
          expect(() => read(maximum + 1)).toThrow(Fault);
        }
      }
    }
  });

  test("is answered to any credential, and to nobody without", async () => {
    const token = await world.token("metrics-alone", ["metrics"]);
    for (const path of ["/api/openapi.json", "/api/docs"]) {
      const seen = await ask(world.parts, path, { headers: { authorization: `token ${token}` } });
      expect([path, seen.status]).toEqual([path, 200]);
      expect([path, (await ask(world.parts, path)).status]).toEqual([path, 401]);
    }
  });

  test("is what is answered", async () => {
    const { body } = await ask(world.parts, "/api/openapi.json", { headers });
    expect(JSON.parse(body).paths).toEqual(JSON.parse(JSON.stringify(document.paths)));
  });
});

test("its page names every route, and needs nothing that its policy forbids", async () => {
  const seen = await ask(world.parts, "/api/docs", { headers });
  for (const path of Object.keys(document.paths)) expect(seen.body).toContain(` ${path}</code>`);
  expect(seen.body).not.toMatch(/<script|<img|<link|\sstyle=|\son\w+=/);
  const style = /<style>([\s\S]*?)<\/style>/.exec(seen.body)?.[1] ?? "";
  const hash = new Bun.CryptoHasher("sha256").update(style).digest("base64");
  expect(seen.headers["content-security-policy"]).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`,
  );
});

/**
 * Every answer that a test of this folder gets through `ask` is held against the document; here the
 * one that each route gives when all goes well, as far as it can be asked for without more.
 */
test("each GET answers as documented", async () => {
  for (const { method, path } of described()) {
    if (method !== "GET") continue;
    const { status } = await ask(world.parts, path, { headers });
    expect([path, [200, 400, 401, 403, 426].includes(status)]).toEqual([path, true]);
  }
});

describe("an answer that is not as documented is told", () => {
  const asked = { method: "GET", path: "/api/status?x=1" };
  const json = { "content-type": "application/json" };

  test.each([
    [{ status: 418, headers: json, body: "{}" }, "418 is not in the document"],
    [{ status: 200, headers: { "content-type": "text/html" }, body: "" }, 'of type "text/html"'],
    [{ status: 200, headers: json, body: "{}" }, "must have required property 'video'"],
  ])("%j", (answered, message) => {
    expect(() => checkAnswer(document, asked, answered)).toThrow(message);
  });

  test("with members that it does not tell", async () => {
    const { body } = await ask(world.parts, "/api/status", { headers });
    const more = JSON.stringify({ ...JSON.parse(body), secret: 1 });
    const answered = { status: 200, headers: json, body: more };
    expect(() => checkAnswer(document, asked, answered)).toThrow("additional properties");
  });
});
