/** From curl to the host's pointing devices. */
import { group } from "../check.ts";
import { ABS, BTN, EV, type InputEvent, REL } from "../evdev.ts";
import { HidWorld, ofType } from "../hid-world.ts";
import { same } from "../run.ts";

const AXIS_MAX = 32767;

/** The sum of each axis, and the largest single movement. */
function sums(events: readonly InputEvent[]) {
  const rels = ofType(events, EV.REL);
  const sum = (axis: number) =>
    rels.reduce((total, [code, value]) => total + (code === axis ? value : 0), 0);
  return {
    x: sum(REL.X),
    y: sum(REL.Y),
    wheel: sum(REL.WHEEL),
    pan: sum(REL.HWHEEL),
    largest: Math.max(0, ...rels.map(([, value]) => Math.abs(value))),
  };
}

const left = BTN.LEFT;
const right = BTN.RIGHT;

export const mouse = group("mouse", HidWorld.open, {
  "absolute positions arrive where they point": async (world) => {
    // Each differs from the last on both axes: evdev tells of changes alone.
    const places = [
      [1, 1],
      [0, 0],
      [0.5, 0.25],
      [1 / 3, 2 / 3],
      [0.999, 0.001],
    ] as const;
    const events = places.map(([x, y]) => ["mouse_abs", 0, x, y, 0, 0]);
    const got = await world.onPointer(events, ...(places[4] ?? [0, 0]));
    const wanted = places.flatMap(([x, y]) => [
      [ABS.X, Math.round(x * AXIS_MAX)],
      [ABS.Y, Math.round(y * AXIS_MAX)],
    ]);
    same("positions", ofType(got, EV.ABS), wanted);
    same("number of events", got.length, wanted.length);
  },
  "absolute: buttons are held and let go": async (world) => {
    const events = [1, 3, 2, 0].map((buttons) => ["mouse_abs", buttons, 0.2, 0.2, 0, 0]);
    const got = await world.onPointer(events, 0.2, 0.2);
    const wanted = [
      [left, 1],
      [right, 1],
      [left, 0],
      [right, 0],
    ];
    same("buttons", ofType(got, EV.KEY), wanted);
  },
  "absolute: + turns the wheels down and to the right": async (world) => {
    const wheels = [
      [1, 0],
      [-20, 0],
      [0, 1],
      [0, -20],
      [20, 20],
    ];
    const events = wheels.map((wheel) => ["mouse_abs", 0, 0.3, 0.3, ...wheel]);
    const got = await world.onPointer(events, 0.3, 0.3);
    const wanted = [
      [REL.WHEEL, -1],
      [REL.WHEEL, 20],
      [REL.HWHEEL, 1],
      [REL.HWHEEL, -20],
      [REL.WHEEL, -20],
      [REL.HWHEEL, 20],
    ];
    same("wheels", ofType(got, EV.REL), wanted);
  },
  "relative: a move beyond one report arrives as its sum": async (world) => {
    const got = await world.onMouse([
      ["mouse_rel", 0, 1000, -700, 0, 0],
      ["mouse_rel", 0, -3, 128, 0, 0],
    ]);
    const { x, y, largest } = sums(got);
    same("sums and bound", [x, y, largest <= 127], [997, -572, true]);
  },
  "relative: the largest move arrives whole": async (world) => {
    const { x, y } = sums(await world.onMouse([["mouse_rel", 0, 32767, -32767, 0, 0]]));
    same("sums", [x, y], [32767, -32767]);
  },
  "relative: a drag holds its button over every report of the move": async (world) => {
    const got = await world.onMouse([
      ["mouse_rel", 1, 0, 0, 0, 0],
      ["mouse_rel", 1, 300, 0, 0, 0],
      ["mouse_rel", 0, 0, 0, 0, 0],
    ]);
    const wanted = [
      [left, 1],
      [left, 0],
    ];
    same("buttons", ofType(got, EV.KEY), wanted);
    same("first and last", [got.at(0)?.type, got.at(-1)?.type], [EV.KEY, EV.KEY]);
    same("sum", sums(got).x, 300);
  },
  "relative: + turns the wheels down and to the right": async (world) => {
    const got = await world.onMouse([
      ["mouse_rel", 0, 0, 0, 20, 0],
      ["mouse_rel", 0, 0, 0, -1, 0],
      ["mouse_rel", 0, 0, 0, 0, -20],
      ["mouse_rel", 0, 0, 0, 0, 1],
    ]);
    const wanted = [
      [REL.WHEEL, -20],
      [REL.WHEEL, 1],
      [REL.HWHEEL, -20],
      [REL.HWHEEL, 1],
    ];
    same("wheels", ofType(got, EV.REL), wanted);
  },
  "relative: wheels turn once in a move of several reports": async (world) => {
    const { x, wheel, pan } = sums(await world.onMouse([["mouse_rel", 0, 500, 0, -3, 20]]));
    same("sums", [x, wheel, pan], [500, 3, 20]);
  },
});
