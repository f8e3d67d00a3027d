/** The parameters of POST /api/public/control that change how a batch is read. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { ask, openWorld, type World } from "./world.ts";

let world: World;
let headers: { authorization: string };

beforeAll(async () => {
  world = await openWorld();
  headers = { authorization: `token ${await world.token("all")}` };
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** The answer to a batch of one text. */
async function type(text: string, query: string): Promise<{ status: number; json: unknown }> {
  const body = JSON.stringify({ events: [["text", text]] });
  const path = `/api/public/control?report=1&${query}`;
  const seen = await ask(world.parts, path, { method: "POST", headers, body });
  return { status: seen.status, json: JSON.parse(seen.body) };
}

test("a text is typed in the layout that is named, by linkrd's name or kvmd's", async () => {
  expect((await type("grüße", "")).status).toBe(400);
  for (const name of ["de", "fr-ch", "us-intl"]) {
    const { status, json } = await type("ü", `layout=${name}`);
    expect([name, status]).toEqual([name, 200]);
    expect(json).toMatchObject({ data: { characters: 1 } });
  }
  expect((await type("hej", "layout=se")).status).toBe(200);
  expect((await type("hej", "layout=sv")).status).toBe(200);
  const { status, json } = await type("x", "layout=dee");
  expect([status, json]).toMatchObject([
    400,
    { message: "layout: no layout has this name: did you mean de?" },
  ]);
});

test("a batch that is only checked does nothing", async () => {
  const down = JSON.stringify({ events: [["keyboard", "KeyA", true]] });
  const path = "/api/public/control?check=1";
  const seen = await ask(world.parts, path, { method: "POST", headers, body: down });
  expect([seen.status, seen.body]).toEqual([
    200,
    '{"code":0,"data":null,"message":"Request succeeded!"}',
  ]);
  expect(world.parts.runner.holdings.keys).toEqual([]);
  expect((await type("€", "check=1")).status).toBe(400);
  expect((await type("€", "check=1&layout=de")).status).toBe(200);
});
