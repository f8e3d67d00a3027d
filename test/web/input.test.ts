import { expect, test } from "bun:test";
import { shortcutName } from "../../src/web/input/key-names.ts";
import { fitted, fractionsIn } from "../../src/web/input/place.ts";
import { editOf } from "../../src/web/input/soft-text.ts";

test("a picture lies in the middle of its frame, none of it cut off", () => {
  const frame = { left: 10, top: 20, width: 400, height: 400 };
  const wide = fitted(frame, { width: 1920, height: 1080 });
  expect(wide).toEqual({ left: 10, top: 107.5, width: 400, height: 225 });
  const tall = fitted(frame, { width: 500, height: 1000 });
  expect(tall).toEqual({ left: 110, top: 20, width: 200, height: 400 });
});

test("a point beside the picture is on its edge", () => {
  const box = { left: 100, top: 50, width: 200, height: 100 };
  expect(fractionsIn(box, 100, 50)).toEqual({ x: 0, y: 0 });
  expect(fractionsIn(box, 250, 75)).toEqual({ x: 0.75, y: 0.25 });
  expect(fractionsIn(box, 0, 900)).toEqual({ x: 0, y: 1 });
});

test("what a phone's keyboard does to a text is done by keys", () => {
  expect(editOf(" ", " h")).toEqual({ backspaces: 0, text: "h" });
  expect(editOf(" helo", " hello")).toEqual({ backspaces: 1, text: "lo" });
  expect(editOf(" hello", " hell")).toEqual({ backspaces: 1, text: "" });
  expect(editOf(" ", "")).toEqual({ backspaces: 1, text: "" });
  expect(editOf(" teh ", " the ")).toEqual({ backspaces: 3, text: "he " });
  // Characters, not halves of them.
  expect(editOf(" 👍", " 👎")).toEqual({ backspaces: 1, text: "👎" });
});

test("shortcuts are called as on the keys", () => {
  expect(shortcutName(["ControlLeft", "AltLeft", "Delete"])).toBe("Ctrl+Alt+Del");
  expect(shortcutName(["MetaLeft", "Digit1", "KeyL", "F12"])).toBe("Meta+1+L+F12");
  expect(shortcutName(["AltRight", "ArrowLeft", "KeyboardX"])).toBe("AltGr+←+KeyboardX");
});
