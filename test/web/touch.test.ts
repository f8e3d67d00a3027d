import { expect, test } from "bun:test";
import { Touch, type TouchAction } from "../../src/web/input/touch.ts";

function record(): { touch: Touch; done: string[] } {
  const done: string[] = [];
  const say = (action: TouchAction) => {
    switch (action.kind) {
      case "move":
        return `to ${action.x},${action.y}`;
      case "button":
        return `${action.button} ${action.pressed ? "down" : "up"}`;
      case "scroll":
        return `scroll ${action.dx},${action.dy}`;
    }
  };
  return { touch: new Touch((action) => done.push(say(action))), done };
}

test("a tap is a click where it was, though a finger is never quite still", () => {
  const { touch, done } = record();
  touch.down(1, 50, 60);
  touch.move(1, 53, 58);
  touch.up(1);
  expect(done).toEqual(["to 53,58", "left down", "left up"]);
});

test("a drag presses where it began, and lets go where it ends", () => {
  const { touch, done } = record();
  touch.down(1, 10, 10);
  touch.move(1, 40, 10);
  touch.move(1, 60, 12);
  touch.up(1);
  expect(done).toEqual(["to 10,10", "left down", "to 40,10", "to 60,12", "left up"]);
});

test("a finger that is held is the right button, and nothing more when it comes up", () => {
  const { touch, done } = record();
  touch.down(1, 10, 10);
  touch.held(1);
  touch.move(1, 90, 90);
  touch.up(1);
  expect(done).toEqual(["to 10,10", "right down", "right up"]);
  touch.held(1);
  expect(done).toHaveLength(3);
});

test("two fingers scroll as far as they go, and press nothing", () => {
  const { touch, done } = record();
  touch.down(1, 10, 10);
  touch.down(2, 60, 10);
  touch.move(1, 10, 30);
  touch.move(2, 60, 30);
  touch.up(1);
  touch.move(2, 60, 90);
  touch.up(2);
  expect(done).toEqual(["scroll 0,10", "scroll 0,10"]);
});

test("what the system takes away is let go", () => {
  const { touch, done } = record();
  touch.down(1, 10, 10);
  touch.move(1, 40, 10);
  touch.cancel();
  expect(done.at(-1)).toBe("left up");
  touch.up(1);
  expect(done.filter((action) => action === "left up")).toHaveLength(1);
});
