import { expect, test } from "bun:test";
import { Hands } from "../../src/control/hands.ts";
import { partyOf } from "./party.ts";

const [ONE, OTHER] = [partyOf("token", "one"), partyOf("person", "other")];
const key = (usage: number, pressed: boolean) => ({ kind: "key", usage, pressed }) as const;
const click = (buttons: number) =>
  ({ kind: "mouse", buttons, dx: 0, dy: 0, wheel: 0, pan: 0 }) as const;

test("a key is theirs who pressed it last, and nobody's once it is up", () => {
  const hands = new Hands();
  hands.note(key(4, true), ONE);
  hands.note(key(5, true), ONE);
  hands.note(key(6, true), ONE);
  hands.note(key(5, true), OTHER);
  hands.note(key(6, false), OTHER);
  expect(hands.open((party) => party === OTHER)).toEqual({ keys: [5], buttons: 0 });
  expect(hands.open((party) => party === ONE)).toEqual({ keys: [4], buttons: 0 });
  expect(hands.hold(() => true)).toBe(false);
});

test("a button is theirs who pressed it first, though others repeat its state", () => {
  const hands = new Hands();
  hands.note(click(1), ONE);
  hands.note(click(3), OTHER);
  hands.note({ kind: "pointer", buttons: 19, x: 0, y: 0, wheel: 0, pan: 0 }, ONE);
  expect(hands.open(({ kind }) => kind === "person")).toEqual({ keys: [], buttons: 2 });
  hands.note(click(16), OTHER);
  expect(hands.open(() => true)).toEqual({ keys: [], buttons: 16 });
});

test("a release and a button's own event tell the same", () => {
  const hands = new Hands();
  hands.note({ kind: "button", button: 2, pressed: true }, ONE);
  hands.note({ kind: "button", button: 2, pressed: true }, OTHER);
  hands.note({ kind: "button", button: 4, pressed: true }, OTHER);
  hands.note({ kind: "button", button: 4, pressed: false }, ONE);
  expect(hands.open(() => true)).toEqual({ keys: [], buttons: 2 });
  hands.note(key(4, true), ONE);
  hands.note({ kind: "release" }, OTHER);
  expect(hands.hold(() => true)).toBe(false);
});

test("texts and pauses hold nothing", () => {
  const hands = new Hands();
  hands.note({ kind: "text", strokes: [], characters: 0, skipped: 0 }, ONE);
  hands.note({ kind: "delay", milliseconds: 1 }, ONE);
  expect(hands.hold(() => true)).toBe(false);
});
