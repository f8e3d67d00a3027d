/** Every line of bad input: its status, what the refusal names, and that no report was written. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Linkrd } from "./linkrd.ts";
import { stillPixels } from "./screen.ts";

let linkrd: Linkrd;
let before: Uint8Array;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  before = await stillPixels(await linkrd.snapshot());
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

/** Nothing was typed, moved or pressed: the screen shows each key, position, wheel and button. */
async function expectUntouched(): Promise<void> {
  const { held } = (await linkrd.status()).hid;
  expect(held).toEqual({ keys: 0, modifiers: 0, buttons: 0 });
  const now = await stillPixels(await linkrd.snapshot());
  expect(Buffer.compare(now, before)).toBe(0);
}

const BUTTONS = "an integer from 0 to 31";
const WHEEL = "an integer from -20 to 20";
const PIXELS = "an integer from -32767 to 32767";
const FRACTION = "a number from 0 to 1";

/** An event in JSON, the element at fault, and what the refusal says of it. */
const EVENTS: readonly (readonly [event: string, element: number, says: string])[] = [
  ["[]", 0, "the kind must be one of keyboard, mouse_abs, mouse_rel, text, delay, got nothing"],
  ['["keybord","KeyA",true]', 0, "the kind must be one of keyboard, mouse_abs, mouse_rel, text"],
  ['["toString"]', 0, 'got "toString"'],
  ["[7]", 0, "got 7"],
  ['[["text"],"a"]', 0, "got an array"],

  ['["keyboard"]', 1, 'an event of 3 elements was expected, ["keyboard", code, pressed], got 1'],
  ['["keyboard","KeyA"]', 2, "an event of 3 elements was expected"],
  ['["keyboard","KeyA",true,1]', 3, "an event of 3 elements was expected"],
  ['["keyboard","KeyÄ",true]', 1, "no key has the code"],
  ['["keyboard","keya",true]', 1, 'no key has the code "keya": did you mean KeyA?'],
  ['["keyboard","Nonsense12345",true]', 1, "use a W3C KeyboardEvent.code"],
  ['["keyboard","",true]', 1, "no key has the code"],
  ['["keyboard",4,true]', 1, "code must be a string, got 4"],
  ['["keyboard",null,true]', 1, "code must be a string, got null"],
  ['["keyboard","KeyA",1]', 2, "pressed must be true or false, got 1"],
  ['["keyboard","KeyA","true"]', 2, 'pressed must be true or false, got "true"'],
  ['["keyboard","KeyA",null]', 2, "pressed must be true or false, got null"],

  ['["mouse_abs",0,0.5,0.5,0]', 5, "an event of 6 elements was expected"],
  ['["mouse_abs",0,0.5,0.5,0,0,0]', 6, "an event of 6 elements was expected"],
  ['["mouse_abs",32,0.5,0.5,0,0]', 1, `buttons must be ${BUTTONS}, got 32`],
  ['["mouse_abs",-1,0.5,0.5,0,0]', 1, `buttons must be ${BUTTONS}, got -1`],
  ['["mouse_abs",0.5,0.5,0.5,0,0]', 1, `buttons must be ${BUTTONS}, got 0.5`],
  ['["mouse_abs",true,0.5,0.5,0,0]', 1, `buttons must be ${BUTTONS}, got true`],
  ['["mouse_abs",0,1.2,0.5,0,0]', 2, `x must be ${FRACTION}, got 1.2`],
  ['["mouse_abs",0,-0.001,0.5,0,0]', 2, `x must be ${FRACTION}, got -0.001`],
  ['["mouse_abs",0,"0.5",0.5,0,0]', 2, `x must be ${FRACTION}, got "0.5"`],
  ['["mouse_abs",0,null,0.5,0,0]', 2, `x must be ${FRACTION}, got null`],
  ['["mouse_abs",0,1e999,0.5,0,0]', 2, `x must be ${FRACTION}, got Infinity`],
  ['["mouse_abs",0,0.5,1.0001,0,0]', 3, `y must be ${FRACTION}`],
  ['["mouse_abs",0,0.5,{},0,0]', 3, `y must be ${FRACTION}, got an object`],
  ['["mouse_abs",0,0.5,0.5,21,0]', 4, `wheelY must be ${WHEEL}, got 21`],
  ['["mouse_abs",0,0.5,0.5,1.5,0]', 4, `wheelY must be ${WHEEL}, got 1.5`],
  ['["mouse_abs",0,0.5,0.5,0,-21]', 5, `wheelX must be ${WHEEL}, got -21`],

  ['["mouse_rel",0,1]', 3, "an event of 6 elements was expected"],
  ['["mouse_rel",0,1,1,0,0,0]', 6, "an event of 6 elements was expected"],
  ['["mouse_rel",32,1,1,0,0]', 1, `buttons must be ${BUTTONS}, got 32`],
  ['["mouse_rel",0,0.5,1,0,0]', 2, `dx must be ${PIXELS}, got 0.5`],
  ['["mouse_rel",0,32768,1,0,0]', 2, `dx must be ${PIXELS}, got 32768`],
  ['["mouse_rel",0,"1",1,0,0]', 2, `dx must be ${PIXELS}, got "1"`],
  ['["mouse_rel",0,1,-32768,0,0]', 3, `dy must be ${PIXELS}, got -32768`],
  ['["mouse_rel",0,1,1,-21,0]', 4, `wheelY must be ${WHEEL}, got -21`],
  ['["mouse_rel",0,1,1,0,21]', 5, `wheelX must be ${WHEEL}, got 21`],
  ['["mouse_rel",0,1,1,0,false]', 5, `wheelX must be ${WHEEL}, got false`],

  ['["text"]', 1, 'an event of 2 elements was expected, ["text", string], got 1'],
  ['["text","a","b"]', 2, "an event of 2 elements was expected"],
  ['["text",5]', 1, "a text must be a string"],
  ['["text",null]', 1, "a text must be a string"],
  ['["text",["a"]]', 1, "a text must be a string"],
  ['["text","abcÈ"]', 1, "the layout us cannot make U+00C8 at index 3: leave out, or skip=1"],
  ['["text","\\u007f"]', 1, "cannot make U+007F at index 0"],
  ['["text","a\\r"]', 1, "cannot make U+000D at index 1"],
  ['["text","a\\u0000"]', 1, "cannot make U+0000 at index 1"],
  ['["text","a😀"]', 1, "cannot make U+1F600 at index 1"],
  [`["text","${"a".repeat(1025)}"]`, 1, "a text has at most 1024 characters, got 1025: split it"],

  ['["delay"]', 1, "an event of 2 elements was expected"],
  ['["delay",1,1]', 2, "an event of 2 elements was expected"],
  ['["delay",-1]', 1, "ms must be an integer from 0 to 600000, got -1"],
  ['["delay",1.5]', 1, "ms must be an integer from 0 to 600000, got 1.5"],
  ['["delay","1"]', 1, 'ms must be an integer from 0 to 600000, got "1"'],
  ['["delay",600001]', 1, "ms must be an integer from 0 to 600000, got 600001"],
];

describe("an event that is at fault", () => {
  test.each(EVENTS)("%s is 400 and nothing of its batch is done", async (event, element, says) => {
    const good = '["text","typed"],["keyboard","KeyA",true],["mouse_abs",1,0,0,1,1]';
    const { status, json } = await linkrd.control(`{"events":[${good},${event}]}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 400, data: { event: 3, element } });
    const { message } = json as { message: string };
    expect(message).toStartWith(`events[3][${element}]: `);
    expect(message).toContain(says);
    await expectUntouched();
  });

  test.each(["null", "7", '"text"', "{}", "true"])("%s is no event", async (event) => {
    const { status, json } = await linkrd.control(`{"events":[["text","typed"],${event}]}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ data: { event: 1 } });
    expect((json as { message: string }).message).toStartWith("events[1]: an event must be an ");
    await expectUntouched();
  });

  test("repeats neither a text nor more than 32 characters of anything", async () => {
    const secret = "correct horse battery staple";
    const typed = await linkrd.control([["text", `${secret}é`]]);
    expect(typed.status).toBe(400);
    expect(typed.text).not.toContain("horse");
    const long = await linkrd.control([["keyboard", "x".repeat(5000), true]]);
    expect(long.text).toContain(`${"x".repeat(32)}\\"…`);
    expect(long.text).not.toContain("x".repeat(33));
  });
});

const SHAPE = 'the body must be an object {"events": [EVENT, …]}';
const BODIES: readonly (readonly [body: string, says: string])[] = [
  ["", "the body is not JSON: line 1, column 1: value expected"],
  ["hello", "the body is not JSON: line 1, column 1: invalid symbol"],
  ['{"events":[["mouse_abs",0,NaN,0,0,0]]}', "the body is not JSON: line 1, column 27"],
  ['{"events":[["text","a"]]', "the body is not JSON"],
  ['{\n"events":[["text","a"]] // a\n}', "line 2, column 25: invalid comment token"],
  ['[["text","typed"]]', SHAPE],
  ["null", SHAPE],
  ["7", SHAPE],
  ['"events"', SHAPE],
  ["{}", SHAPE],
  ['{"events":null}', SHAPE],
  ['{"events":{"0":["text","typed"]}}', SHAPE],
  ['{"events":"text"}', SHAPE],
  ['{"Events":[["text","typed"]]}', SHAPE],
];

describe("a body that is at fault", () => {
  test.each(BODIES)("%j is 400", async (body, says) => {
    const { status, json } = await linkrd.control(body);
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 400 });
    expect((json as { message: string }).message).toContain(says);
    await expectUntouched();
  });

  test("of 1 MiB is 413, whether its size is declared or not", async () => {
    const typed = '{"events":[["text","typed"]]}';
    const bytes = new TextEncoder().encode(typed + " ".repeat(1 << 20));
    const how = { method: "POST", body: bytes };
    const declared = await linkrd.ask("/api/public/control", how);
    const body = new Blob([bytes]).stream();
    const chunked = await linkrd.ask("/api/public/control", { method: "POST", body });
    for (const { status, json } of [declared, chunked]) {
      expect(status).toBe(413);
      expect(json).toEqual({
        code: 413,
        data: null,
        message: "the body is over 64 KiB: send it in parts",
      });
    }
    await expectUntouched();
  });

  test("of 20 MiB, over what the server itself takes, is 413 too", async () => {
    const how = { method: "POST", body: new Uint8Array(20 << 20) };
    const { status } = await linkrd.ask("/api/public/control", how);
    expect(status).toBe(413);
    await expectUntouched();
  });

  test("with 1025 events is 400", async () => {
    const { status, json } = await linkrd.control(Array(1025).fill(["text", "a"]));
    expect(status).toBe(400);
    expect(json).toMatchObject({ message: "events has 1025 events: send at most 1024" });
    await expectUntouched();
  });

  test("with delays of more than ten minutes together is 400", async () => {
    const { status, json } = await linkrd.control([
      ["text", "typed"],
      ["delay", 400_000],
      ["delay", 200_001],
    ]);
    expect(status).toBe(400);
    expect(json).toMatchObject({ data: { event: 2, element: 1 } });
    await expectUntouched();
  });
});

test("one key alone would have shown", async () => {
  expect((await linkrd.control([["text", "a"]])).status).toBe(200);
  const now = await stillPixels(await linkrd.snapshot());
  expect(Buffer.compare(now, before)).not.toBe(0);
});

test("nothing of all that is in the log", () => {
  expect(linkrd.lines("error").concat(linkrd.lines("warn"))).toEqual([]);
  expect(linkrd.log).not.toContain("radxa_linkr_");
  expect(linkrd.log).not.toContain("typed");
});
