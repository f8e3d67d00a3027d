/** A capture device that lies, played in user space: survived, dropped, and captured from again. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { STAGES } from "../../src/video/signal.ts";
import type { Outcome, Seen } from "../bench/fakev4l2/capture.ts";
import { type Description, LIE_KINDS, type Lie, yuyvDevice } from "../bench/fakev4l2/device.ts";
import { createRandom } from "../hid/random.ts";
import { decode } from "./pictures.ts";
import { type Play, Stage } from "./play.ts";

const WIDTH = 64;
const HEIGHT = 48;
const FRAMES = 8;
const SIZE = 2 * WIDTH * HEIGHT;

const stage = new Stage();
afterAll(() => stage[Symbol.dispose]());

/** Luma of pixel x of every row of frame n: a ramp that is brighter with each frame. */
function lumaOf(frame: number, x: number): number {
  return 30 + 22 * (frame % FRAMES) + (x >> 2);
}

/** A scene that changes with every frame, and one that does with every fourth. */
function makeScenes(): void {
  for (const [name, each] of [["scene.yuyv", 1] as const, ["slow.yuyv", 4] as const]) {
    const bytes = new Uint8Array(FRAMES * SIZE);
    bytes.forEach((_, at) => {
      const x = (at >> 1) % WIDTH;
      const shown = Math.floor(at / SIZE / each);
      bytes[at] = at % 2 === 1 ? 128 : lumaOf(shown, x);
    });
    stage.write(name, bytes);
  }
}

function deviceOf(name: string, fps = 100): Description {
  const scene = { path: stage.path("scene.yuyv"), frames: FRAMES, frameStep: SIZE };
  const size = { width: WIDTH, height: HEIGHT, fps };
  return yuyvDevice(scene, size, stage.path(`${name}.counters`));
}

/** What is said falsely, and the stages that a snapshot then is refused with, in their order. */
type Case = readonly [Partial<Description>, ...string[]];

/**
 * Plays the devices, each until there is trouble, or else until its lies have been told. Of a
 * screen that stands still only changes are asked for.
 */
function play(
  cases: Readonly<Record<string, Case>>,
  still: Partial<Description & { isWatched: true }> = {},
): Map<string, Outcome> {
  const plays = Object.entries(cases).map(([name, [change, ...stages]]): [string, Play] => {
    const { isWatched = false, ...standing } = still;
    const healed = { ...deviceOf(name), ...standing };
    const lies = (change.lies ?? []).reduce((sum, { count }) => sum + count, 0);
    const until = stages.length > 0 ? { troubles: 1 } : { lies };
    return [name, { liar: { ...healed, ...change }, healed, isWatched, until }];
  });
  return stage.play(Object.fromEntries(plays));
}

/** Which frame of the scene a picture shows, every pixel of it; undefined if it is none. */
function frameIn({ jpeg, width, height }: Seen): number | undefined {
  const { pixels } = decode(Buffer.from(jpeg, "base64"), "-grayscale");
  if (width !== WIDTH || height !== HEIGHT || pixels.length !== WIDTH * HEIGHT) return undefined;
  for (let frame = 0; frame < FRAMES; frame++) {
    const isThere = pixels.every((value, at) => {
      const full = ((lumaOf(frame, at % WIDTH) - 16) * 255) / 219;
      return Math.abs(value - full) < 6;
    });
    if (isThere) return frame;
  }
  return undefined;
}

const EIO = 5;
const EBUSY = 16;
const ENODEV = 19;
const FOREVER = 0xffffffff;

function lies(kind: Lie["kind"], value = 0, count = 6): Partial<Description> {
  return { lies: [{ kind, first: 6, count, value }] };
}

const CASES: Readonly<Record<string, Case>> = {
  "an empty buffer": [lies("bytesused", 0)],
  "more bytes than the buffer has": [lies("bytesused", FOREVER)],
  "one byte more than the buffer has": [lies("bytesused", SIZE + 1)],
  "one byte less than a frame": [lies("bytesused", SIZE - 1)],
  "the error flag": [lies("error")],
  "numbers of frames that go backwards": [lies("sequence", 1)],
  "an index of no buffer": [lies("index", 77, 1), "failed"],
  "an index far out of any table": [lies("index", FOREVER, 1), "failed"],
  "the index of another buffer": [lies("index", 1, 3), "failed"],
  "an error in place of a frame": [lies("errno", EIO, 1), "failed"],
  "damage without end": [lies("error", 0, 120), "stalled"],
  "a stall": [lies("stall", 2800, 1), "stalled"],
  "it is pulled": [lies("gone", 0, 1), "no device"],
  "a format other than asked for": [{ offered: "YUYV", pixelformat: "UYVY" }, "unsupported"],
  "a format that nobody knows": [{ pixelformat: "Y16." }, "unsupported"],
  "rows shorter than the picture": [{ bytesperline: 2 * WIDTH - 2 }, "failed"],
  "a picture of no width": [{ width: 0 }, "out of range"],
  "a picture of no height": [{ height: 0 }, "out of range"],
  "a picture wider than any": [{ width: FOREVER, bytesperline: FOREVER }, "out of range"],
  "buffers of no length": [{ length: 0 }, "failed"],
  "an image smaller than its rows": [{ sizeimage: SIZE - 1 }, "stalled"],
  "buffers smaller than the image": [{ length: 4096 }, "stalled"],
};

/** The ioctls that each device has to know, by their numbers (linux/videodev2.h), refused. */
const REFUSALS: Readonly<Record<string, readonly [number, number, string]>> = {
  "VIDIOC_QUERYCAP, ENODEV": [0, ENODEV, "no device"],
  "VIDIOC_ENUM_FMT, EIO": [2, EIO, "unsupported"],
  "VIDIOC_G_FMT, EIO": [4, EIO, "failed"],
  "VIDIOC_S_FMT, EBUSY": [5, EBUSY, "busy"],
  "VIDIOC_REQBUFS, EBUSY": [8, EBUSY, "busy"],
  "VIDIOC_QUERYBUF, EIO": [9, EIO, "failed"],
  "VIDIOC_QBUF, EIO": [15, EIO, "failed"],
  "VIDIOC_DQBUF, EIO": [17, EIO, "failed"],
  "VIDIOC_STREAMON, ENODEV": [18, ENODEV, "no device"],
};

const ENOLINK = 67;
const ENOLCK = 37;
const ERANGE = 34;

const DAMAGE: Lie = { kind: "error", first: 0, count: 1, value: 0 };

/** Signals that are not there, or change without an event, and what they are then called. */
const SIGNALS: Readonly<Record<string, Case>> = {
  "no signal, and no word of a cable": [{ timings: 1, signal: ENOLINK }, "no signal"],
  "no signal, and a cable": [{ timings: 1, signal: ENOLINK, power: 1 }, "no signal"],
  "no signal, and no cable": [{ timings: 1, signal: ENOLINK, power: 0 }, "no cable"],
  "no lock": [{ timings: 1, signal: ENOLCK }, "unstable signal"],
  "out of range": [{ timings: 1, signal: ERANGE }, "out of range"],
  "something else": [{ timings: 1, signal: EIO }, "failed"],
  "another mode, with no event": [{ timings: 1, mode_after: 20 }, "mode change"],
  "the cable is pulled, with no event": [
    { timings: 1, mode_after: 20, signal: ENOLINK, power: 0 },
    "no cable",
  ],
  "a driver that cannot tell while it streams": [
    // The lie comes after the signal was looked at: until then the device is watched.
    { timings: 1, mode_after: 20, signal: EIO, lies: [{ ...DAMAGE, first: 250 }] },
  ],
};

/** Those that begin well, each as another device. */
const LIARS = Object.entries(CASES)
  .filter(([, [{ lies }]]) => lies !== undefined)
  .map(([name, liar]) => [`${name}, of a still screen`, liar] as const);

let outcomes: Map<string, Outcome>;
let stillOutcomes: Map<string, Outcome>;

beforeAll(() => {
  makeScenes();
  const refusals = Object.entries(REFUSALS).map(([name, [number, errno, stage]]) => {
    return [name, [{ refuse: [number, errno] }, stage]] as const;
  });
  outcomes = play({ ...CASES, ...SIGNALS, ...Object.fromEntries(refusals) });
  const still = { frame_step: 0, isWatched: true } as const;
  stillOutcomes = play(Object.fromEntries(LIARS), still);
}, 60_000);

function outcomeOf(name: string): Outcome {
  return outcomes.get(name) ?? expect.unreachable();
}

/** What stood in the way of a picture, from the log. */
function stagesOf({ log }: Outcome): string[] {
  return Object.entries(STAGES)
    .filter(([, sentence]) => log.some((line) => line.includes(sentence)))
    .map(([stage]) => stage);
}

/** After the lies there are pictures of the scene again, and no thread had to be replaced. */
function expectRecovered({ after, log }: Outcome): void {
  expect(after.length).toBe(3);
  for (const picture of after) expect(frameIn(picture)).toBeDefined();
  expect(log.filter((line) => line.includes("failed and is started again"))).toEqual([]);
}

describe("a device that lies is survived, and captured from again:", () => {
  test.each(Object.entries(CASES))("%s", (name, [change, ...stages]) => {
    const outcome = outcomeOf(name);
    expect(stagesOf(outcome)).toEqual(stages);
    expectRecovered(outcome);
    const damaged = (change.lies ?? []).filter(({ kind }) => {
      return kind === "bytesused" || kind === "error";
    });
    for (const { first, count } of damaged) {
      const shown = outcome.pictures.map(({ sequence }) => sequence);
      expect(shown.filter((at) => at >= first && at < first + count)).toEqual([]);
    }
    const isShort = change.sizeimage !== undefined || (change.length ?? 0) > 0;
    expect(outcome.dropped > 0).toBe(isShort || damaged.length > 0);
    const isOdd = change.lies?.some(({ kind }) => kind === "index" || kind === "sequence");
    for (const picture of outcome.pictures) {
      const frame = frameIn(picture);
      expect(frame).toBeDefined();
      if (!isOdd) expect(frame).toBe(picture.sequence % FRAMES);
    }
  });
});

describe("nor is it believed while nothing changes:", () => {
  test.each(LIARS)("%s", (name, [change, ...stages]) => {
    const outcome = stillOutcomes.get(name) ?? expect.unreachable();
    expect(stagesOf(outcome)).toEqual(stages);
    expectRecovered(outcome);
    for (const { kind, first, count } of change.lies ?? []) {
      if (kind !== "bytesused" && kind !== "error") continue;
      expect(outcome.dropped).toBeGreaterThan(0);
      const shown = outcome.pictures.map(({ sequence }) => sequence);
      expect(shown.filter((at) => at >= first && at < first + count)).toEqual([]);
    }
    for (const picture of outcome.pictures) expect(frameIn(picture)).toBe(0);
  });
});

describe("an ioctl that fails says why, and is tried again:", () => {
  test.each(Object.entries(REFUSALS))("%s", (name, [, , stage]) => {
    const outcome = outcomeOf(name);
    expect(stagesOf(outcome)).toEqual([stage]);
    expectRecovered(outcome);
  });
});

describe("a signal that is not there has its name, and is captured when it is:", () => {
  test.each(Object.entries(SIGNALS))("%s", (name, [change, ...stages]) => {
    const outcome = outcomeOf(name);
    expect(stagesOf(outcome)).toEqual(stages);
    const isThereAtFirst = change.signal === undefined || change.mode_after !== undefined;
    expect(outcome.pictures.length > 0).toBe(isThereAtFirst);
    expectRecovered(outcome);
  });
});

/** A few lies by chance, of any kind and size, among the frames of the first half second. */
function anything(seed: number): Partial<Description> {
  const random = createRandom(seed);
  const sizes = [0, 1, SIZE - 1, SIZE, SIZE + 1, 4096, 0x7fffffff, 0x80000000, FOREVER];
  const oneOf = <T>(list: readonly T[]): T => list[random(list.length)] ?? expect.unreachable();
  const lies = Array.from({ length: 1 + random(5) }, (): Lie => {
    const kind = oneOf(LIE_KINDS);
    const value = kind === "stall" ? random(300) : kind === "errno" ? 1 + random(40) : oneOf(sizes);
    return { kind, first: random(50), count: 1 + random(4), value };
  });
  // And every other device is not what it says it is.
  const changes: readonly (() => Partial<Description>)[] = [
    () => ({ pixelformat: oneOf(["UYVY", "NV12", "BGR3", "MJPG", "H264", "...."]) }),
    () => ({ offered: "MJPG", pixelformat: oneOf(["MJPG", "YUYV"]) }),
    () => ({ width: oneOf([0, 1, 2 * WIDTH, FOREVER]) }),
    () => ({ height: oneOf([0, 1, 2 * HEIGHT, FOREVER]) }),
    () => ({ bytesperline: oneOf([0, WIDTH, 4 * WIDTH, FOREVER]) }),
    () => ({ sizeimage: oneOf(sizes) }),
    () => ({ length: 1 + random(SIZE) }),
    () => ({ buffers: 1 + random(32) }),
    () => ({ timings: 1, mode_after: 1 + random(40) }),
    () => ({ timings: 1, mode_after: 1 + random(40), signal: 1 + random(130), power: random(2) }),
    () => ({ refuse: [random(100), 1 + random(130)] as const }),
  ];
  return seed % 2 === 0 ? { lies } : { lies, ...oneOf(changes)(), ...oneOf(changes)() };
}

test("lies by chance, many at a time, end no thread and leave nothing behind", () => {
  const seeds = Array.from({ length: 32 }, (_, at) => at + 1);
  const plays = seeds.map((seed): [string, Play] => {
    // Every third is asked for changes alone, of which it has fewer.
    const isWatched = seed % 3 === 0;
    const scene = stage.path(isWatched ? "slow.yuyv" : "scene.yuyv");
    const healed = { ...deviceOf(`seed ${seed}`), scene };
    const until = { lies: 4, troubles: 1, pictures: 24 };
    return [`seed ${seed}`, { liar: { ...healed, ...anything(seed) }, healed, isWatched, until }];
  });
  const outcomes = stage.play(Object.fromEntries(plays));
  expect([...outcomes.values()].filter(({ lies }) => lies > 0).length).toBeGreaterThan(16);
  for (const [name, { after, log }] of outcomes) {
    const restarts = log.filter((line) => line.includes("failed and is started again"));
    expect([name, after.length, restarts]).toEqual([name, 3, []]);
    for (const picture of after) expect([name, frameIn(picture)]).not.toEqual([name, undefined]);
  }
}, 60_000);
