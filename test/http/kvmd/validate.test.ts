import { describe, expect, test } from "bun:test";
import { Fault } from "../../../src/base/fault.ts";
import {
  validBool,
  validClamped,
  validFloat,
  validInteger,
  validList,
  validOneOf,
  validResolution,
  validText,
  whenGiven,
} from "../../../src/http/kvmd/validate.ts";

type Raw = string | undefined;

const KINDS = {
  bool: validBool,
  seek: (raw: Raw) => validInteger(raw, "log seek", { min: 0 }),
  fps: (raw: Raw) => validInteger(raw, "stream FPS", { min: 0, max: 120 }),
  delay: (raw: Raw) => validFloat(raw, "keys delay", { min: 0, max: 5 }),
  move: (raw: Raw) => validClamped(raw, "Mouse move", -32768, 32767),
  button: (raw: Raw) => validOneOf(raw, "Mouse button", ["left", "right"]),
  key: (raw: Raw) => validOneOf(raw, "Keyboard key", ["KeyA", "KeyB"], true),
  keys: (raw: Raw) => validList(raw, "keys list", KINDS.key),
  fields: (raw: Raw) => validList(raw, "info fields list", KINDS.key, 512),
  size: validResolution,
  image: (raw: Raw) => validText(raw, "MSD image name"),
} as const;
type Kind = keyof typeof KINDS;

const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
const OVER = "RAW limit exceed";

const GOOD: readonly (readonly [kind: Kind, raw: string, value: unknown])[] = [
  ["bool", " Yes ", true],
  ["bool", "1", true],
  ["bool", "TRUE", true],
  ["bool", "no", false],
  ["bool", "0", false],
  ["bool", "False", false],
  ["seek", "0x1F", 31],
  ["seek", " +12 ", 12],
  ["seek", "007", 7],
  ["delay", ".5", 0.5],
  ["delay", "5", 5],
  ["delay", "1e-1", 0.1],
  ["move", "-99999", -32768],
  ["move", "0xFFFFFF", 32767],
  ["move", "-5", -5],
  ["button", "LEFT", "left"],
  ["key", " KeyA ", "KeyA"],
  ["keys", "KeyA, KeyB\t,KeyA,", ["KeyA", "KeyB", "KeyA"]],
  ["keys", "", []],
  ["size", "1920x1080", { width: 1920, height: 1080 }],
  ["image", " a b.iso ", "a b.iso"],
  ["image", " ", ""],
];

const BAD: readonly (readonly [kind: Kind, raw: Raw, says: string])[] = [
  ["bool", undefined, `None argument is not a valid ${BOOL}`],
  ["bool", "", `None argument is not a valid ${BOOL}`],
  ["bool", "ON", `The argument 'on' is not a valid ${BOOL}`],
  ["bool", " ".repeat(17), OVER],
  ["seek", undefined, "None argument is not a valid log seek"],
  ["seek", " ", "None argument is not a valid log seek"],
  ["seek", "1.5", "The argument '1.5' is not a valid log seek"],
  ["seek", "0x", "The argument '0x' is not a valid log seek"],
  ["seek", "-1", "The argument '-1' must be log seek and greater or equial than 0"],
  ["fps", "121", "The argument '121' must be stream FPS and lesser or equal then 120"],
  ["fps", "0".repeat(17), OVER],
  ["delay", "nan", "The argument 'nan' is not a valid keys delay"],
  ["delay", "inf", "The argument 'inf' is not a valid keys delay"],
  ["delay", "6", "The argument '6.0' must be keys delay and lesser or equal then 5"],
  ["delay", "-0.5", "The argument '-0.5' must be keys delay and greater or equial than 0"],
  ["move", "123456789", OVER],
  ["move", "x", "The argument 'x' is not a valid Mouse move"],
  ["button", undefined, "None argument is not a valid Mouse button"],
  ["button", "", "The argument '' is not a valid Mouse button"],
  ["button", "Wheel", "The argument 'wheel' is not a valid Mouse button"],
  ["key", "keya", "The argument 'keya' is not a valid Keyboard key"],
  ["key", "it's", `The argument "it's" is not a valid Keyboard key`],
  ["key", "a\\b\n\u0007c", "The argument 'a\\\\b\\n\\x07c' is not a valid Keyboard key"],
  ["keys", undefined, "None argument is not a valid keys list"],
  ["keys", "KeyA,x", "Failed sub-validator on one of the item of ['KeyA', 'x']"],
  ["keys", "K".repeat(4097), OVER],
  ["fields", "K".repeat(513), OVER],
  ["size", "", "None argument is not a valid stream resolution"],
  ["size", "1920", "The argument '1920' is not a valid stream resolution"],
  ["size", "1x2x3", "The argument '1x2x3' is not a valid stream resolution"],
  [
    "size",
    "0x1080",
    "The argument '0' must be stream resolution (width) and greater or equial than 1",
  ],
  ["image", undefined, "None argument is not a valid MSD image name"],
  ["image", "x".repeat(4097), OVER],
];

describe("kvmd's validators", () => {
  test.each(GOOD)("%s of %j is %j", (kind, raw, value) => {
    expect<unknown>(KINDS[kind](raw)).toEqual(value);
  });

  test.each(BAD)("%s of %j says: %s", (kind, raw, says) => {
    let seen: unknown;
    try {
      KINDS[kind](raw);
    } catch (error) {
      seen = error;
    }
    expect(seen).toBeInstanceOf(Fault);
    expect(seen).toMatchObject({ code: "bad_request", message: says });
  });

  test("take a default for what is absent, never for what is empty", () => {
    expect(whenGiven(undefined, true, validBool)).toBe(true);
    expect(whenGiven("0", true, validBool)).toBe(false);
    expect(() => whenGiven("", true, validBool)).toThrow("None argument");
  });
});
