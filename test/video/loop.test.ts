import { describe, expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { addressOf } from "../../src/ffi/memory.ts";
import { openSys, POLL } from "../../src/ffi/sys.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { runVideo } from "../../src/video/loop.ts";
import { type Order, packOrder, type VideoMessage } from "../../src/video/messages.ts";
import type { Rendering } from "../../src/video/rendering.ts";
import { type Mode, NoPicture } from "../../src/video/signal.ts";
import type { Frame, Source } from "../../src/video/source.ts";
import { Vouch } from "../../src/video/vouch.ts";
import { createRandom } from "../hid/random.ts";
import { copyOf, decode, desktop, frameOf } from "./pictures.ts";

const sys = openSys();
const NAMES = { device: "script", driver: "test", format: "YUYV" };
const MODE: Mode = { ...NAMES, width: 64, height: 48, tellsSignal: true };
const PICTURE = desktop(64, 48, createRandom(1));

/** What a source does when it is asked for a frame. */
type Step = (stage: Stage) => Frame | undefined;

interface Stage {
  /** Gives the loop an order, as the main thread does. */
  readonly order: (order: Order) => void;
  /** Leaves word that a change is wanted. */
  readonly leave: (untilUs: number) => void;
  /** From now on its frames may not be held. */
  readonly few: () => void;
  /** Closes the letterbox. */
  readonly end: () => void;
  /** So many frames came whole, and so many damaged. */
  readonly count: (captured: number, dropped: number) => void;
}

/**
 * A source that plays a script, a step for each time it is asked for a frame, and ends the loop
 * after the last. Its frames are numbered from 1, and captured at as many microseconds.
 * `openings` are played the same way; when there are none left it opens.
 */
class Script implements Source {
  readonly #steps: Step[];
  readonly #openings: (() => Mode)[];
  readonly #stage: Stage;
  /** What was called, in order: open, close, grab(wanted), released. */
  readonly calls: string[];
  captured = 0;
  dropped = 0;
  mayHold = true;
  #frames = 0;

  constructor(
    stage: Stage,
    calls: string[],
    steps: readonly Step[],
    openings: readonly (() => Mode)[],
  ) {
    this.#stage = stage;
    this.calls = calls;
    this.#steps = [...steps];
    this.#openings = [...openings];
  }

  open(): Mode {
    this.calls.push("open");
    return this.#openings.shift()?.() ?? MODE;
  }

  close(): void {
    this.calls.push("close");
  }

  waits(): readonly (readonly [number, number])[] {
    return [[-1, POLL.in]];
  }

  patienceMs(): number {
    return 0;
  }

  standStill(): undefined {}

  grab(wanted: boolean): Frame | undefined {
    this.calls.push(`grab(${wanted})`);
    const step = this.#steps.shift();
    if (step === undefined) {
      this.#stage.end();
      return undefined;
    }
    const frame = step(this.#stage);
    if (frame === undefined) return undefined;
    const at = ++this.#frames;
    const release = () => void this.calls.push(`released ${at}`);
    return { ...frame, sequence: at, capturedUs: at, [Symbol.dispose]: release };
  }
}

/** Plays a script to its end. @returns what the loop called and what it posted */
function play(
  steps: readonly Step[],
  openings: readonly (() => Mode)[] = [],
  calls: string[] = [],
) {
  const [ours, theirs] = sys.socketPair();
  const stage: Stage = {
    order: (order) => void sys.tryWrite(ours, packOrder(order)),
    leave: (untilUs) => vouch.leave(untilUs),
    few: () => Object.assign(source, { mayHold: false }),
    end: () => sys.close(ours),
    count: (captured, dropped) => Object.assign(source, { captured, dropped }),
  };
  const source = new Script(stage, calls, steps, openings);
  const posted: VideoMessage[] = [];
  const post = (message: VideoMessage) => void posted.push(message);
  const [makeEncoder, yuv, vouch] = [openJpeg(), openYuv(), new Vouch()];
  runVideo({ sys, source, yuv, makeEncoder, quality: 80, orders: theirs, vouch, post });
  sys.close(theirs);
  return { calls, posted, told: posted.map(summary), vouch };
}

function summary(message: VideoMessage): string {
  if (message.kind === "state") {
    const { state } = message;
    return "detail" in state ? `${state.stage} (${state.detail})` : state.stage;
  }
  if (message.kind === "counts") return `${message.captured} captured, ${message.dropped} dropped`;
  if (message.kind === "rendered") {
    const { order, rendered } = message;
    return `rendered ${order}: ${rendered ? `${rendered.width}x${rendered.height}` : "nothing"}`;
  }
  if (message.kind === "jpeg" || message.kind === "same")
    return `${message.kind} ${message.sequence}`;
  const header = message.header === undefined ? "" : " with header";
  return `strips ${message.strips.map(({ index }) => index).join()}${header}`;
}

const nothing: Step = () => undefined;
const picture: Step = () => frameOf(PICTURE, "full");
/** Gives an order of a frame; then the next step is played at once. */
const order: Step = (stage) => {
  stage.order({ kind: "frame", afterUs: 1 });
  return undefined;
};
const orderOf = (order: Order): Step => {
  return (stage) => {
    stage.order(order);
    return undefined;
  };
};

function fails(stage: NoPicture["stage"], detail?: string): () => never {
  return () => {
    throw new NoPicture(stage, detail);
  };
}

test("the end of the letterbox ends the loop, and the source is closed", () => {
  const { calls, told } = play([nothing]);
  expect(calls).toEqual(["open", "grab(false)", "grab(false)", "close"]);
  expect(told).toEqual(["ok"]);
});

test("nothing is encoded while nobody wants it", () => {
  const { calls, told } = play([nothing, nothing, nothing, nothing]);
  expect(calls.filter((call) => call.startsWith("grab"))).toEqual(new Array(5).fill("grab(false)"));
  expect(told).toEqual(["ok"]);
});

test("an order gives one frame, however long it takes to come, and then no more", () => {
  const { calls, told } = play([order, nothing, nothing, picture, nothing]);
  expect(calls).toEqual([
    ...["open", "grab(false)", "grab(true)", "grab(true)", "grab(true)", "released 1"],
    ...["grab(false)", "grab(false)", "close"],
  ]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
});

test("the newest frame is held, for who asks before the next one comes", () => {
  const { calls, told } = play([picture, picture, order, nothing, nothing]);
  expect(calls).toEqual([
    ...["open", "grab(false)", "grab(false)", "released 1", "grab(false)"],
    ...["grab(true)", "released 2", "grab(false)", "grab(false)", "close"],
  ]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
});

test("a device with few buffers has each frame back at once", () => {
  const few: Step = ({ few }) => {
    few();
    return frameOf(PICTURE, "full");
  };
  const { calls, told } = play([few, order, nothing, picture]);
  expect(calls.slice(0, 3)).toEqual(["open", "grab(false)", "released 1"]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
  expect(calls.filter((call) => call.startsWith("released"))).toEqual(["released 1", "released 2"]);
});

test("a frame that is too old is not told, and stays to be looked at", () => {
  const later = orderOf({ kind: "frame", afterUs: 2 });
  const { posted, told } = play([picture, later, nothing, nothing, picture]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
  expect(posted[1]).toMatchObject({ sequence: 2, capturedUs: 2 });
});

test("orders that come together are one", () => {
  const three: Step = (stage) => {
    for (const afterUs of [2, 1, 3]) stage.order({ kind: "frame", afterUs });
    return undefined;
  };
  const { told } = play([three, picture, nothing, nothing]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
});

test("a rendering is answered after its frame, and one outside of the picture with nothing", () => {
  const whole = { crop: undefined, widthMax: 4096, heightMax: 4096, quality: 90 };
  const ask: Step = (stage) => {
    const ask = (order: number, wish: Partial<Rendering>) => {
      stage.order({ kind: "rendering", afterUs: 1, order, wish: { ...whole, ...wish } });
    };
    ask(7, { widthMax: 32 });
    ask(8, { crop: { left: 8, top: 4, width: 20, height: 10 } });
    ask(9, { crop: { left: 60, top: 0, width: 8, height: 8 } });
    return undefined;
  };
  const { told } = play([ask, picture]);
  expect(told).toEqual([
    ...["ok", "strips 0,1,2 with header"],
    ...["rendered 7: 32x24", "rendered 8: 20x10", "rendered 9: nothing"],
  ]);
});

test("frames that came are told once a second, and one that is left out at once", () => {
  const counts = (captured: number, dropped: number): Step => {
    return ({ count }) => {
      count(captured, dropped);
      return undefined;
    };
  };
  const { told } = play([nothing, counts(3, 0), counts(5, 0), counts(6, 1), nothing]);
  expect(told).toEqual(["ok", "3 captured, 0 dropped", "6 captured, 1 dropped"]);
});

/** PICTURE with another pixel in its second strip. */
const change: Step = () => {
  const changed = copyOf(PICTURE);
  changed.y[20 * changed.strideY] = 255 - (PICTURE.y[20 * PICTURE.strideY] ?? 0);
  return frameOf(changed, "full");
};

test("each further frame is told as what changed, or as the same", () => {
  const [second, third] = [2, 3].map((afterUs) => orderOf({ kind: "frame", afterUs }));
  const steps = [order, picture, second ?? order, picture, third ?? order, change];
  const { told } = play([...steps, order, nothing]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header", "same 2", "strips 1", "same 3"]);
});

test("a change that word was left of is told with the next frame, once", () => {
  const leave: Step = (stage) => {
    stage.leave(9);
    return undefined;
  };
  const { told, calls } = play([order, picture, leave, change, picture, nothing]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header", "strips 1"]);
  expect(calls.filter((call) => call === "grab(true)")).toHaveLength(2);
});

test("who watches is told of a change, and after a while that there was none", () => {
  const watch = orderOf({ kind: "change", untilUs: 5 });
  const { told, calls, vouch } = play([
    ...[watch, picture, picture],
    ...[watch, picture, change],
    ...[orderOf({ kind: "change", untilUs: 7 }), change, change, change],
  ]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header", "strips 1", "same 7"]);
  expect(calls.filter((call) => call === "grab(true)")).toHaveLength(6);
  expect(vouch.newest(2)).toEqual({ sequence: 7, capturedUs: 7 });
  expect(vouch.newest(1)).toBeUndefined();
});

describe("a frame that is a JPEG", () => {
  const encoder = openJpeg()(64, 48);
  const jpeg = new Uint8Array(encoder.encode(PICTURE, 80));
  encoder.close();
  const padded = new Uint8Array(jpeg.length + 10);
  padded.set(jpeg);

  function frame(bytes: Uint8Array, refused: string[] = []): Step {
    return () => ({
      ...{ kind: "jpeg", sequence: 0, capturedUs: 0 },
      ...{ address: addressOf(bytes), length: bytes.length },
      refuse: () => void refused.push("refused"),
      [Symbol.dispose]: () => undefined,
    });
  }

  test("goes on as it is, and again when it is another", () => {
    const [second, third] = [2, 3].map((afterUs) => orderOf({ kind: "frame", afterUs }));
    const steps = [order, frame(jpeg), second ?? order, frame(jpeg), third ?? order, frame(padded)];
    const { posted, told } = play(steps);
    expect(told).toEqual(["ok", "jpeg 1", "same 2", "jpeg 3"]);
    const facts = { kind: "jpeg", width: 64, height: 48, bytes: jpeg };
    expect(posted[1]).toEqual({ ...facts, number: 1, sequence: 1, capturedUs: 1 } as VideoMessage);
    expect(posted[3]).toEqual({ ...facts, number: 2, sequence: 3, capturedUs: 3 } as VideoMessage);
  });

  test("and damaged is refused, and the next one waited for", () => {
    const refused: string[] = [];
    const { told, calls } = play([order, frame(jpeg.subarray(0, 300), refused), frame(jpeg)]);
    expect(told).toEqual(["ok", "jpeg 2"]);
    expect(refused).toEqual(["refused"]);
    expect(calls.filter((call) => call.startsWith("released"))).toEqual([
      "released 1",
      "released 2",
    ]);
  });
});

test("a signal that goes and comes back is told each way, looked for once a second", () => {
  const small = desktop(32, 16, createRandom(3));
  const started = sys.monotonicUs();
  const { calls, told, posted } = play(
    [order, picture, picture, fails("no signal"), order, () => frameOf(small, "full")],
    [
      () => MODE,
      fails("no signal"),
      fails("no signal", "still"),
      () => ({ ...MODE, width: 32, height: 16 }),
    ],
  );
  const tookUs = sys.monotonicUs() - started;
  expect(tookUs).toBeGreaterThanOrEqual(3_000_000);
  expect(told).toEqual([
    ...["ok", "strips 0,1,2 with header", "no signal", "no signal (still)"],
    ...["ok", "strips 0 with header"],
  ]);
  const opened = calls.filter((call) => call === "open" || call === "close");
  expect(opened).toEqual(new Array(4).fill(["open", "close"]).flat());

  const last = posted.at(-1);
  if (last?.kind !== "strips") throw new Error("no picture");
  const data = last.strips[0]?.data ?? expect.unreachable();
  const jpeg = Buffer.concat([
    last.header ?? expect.unreachable(),
    data,
    Uint8Array.of(0xff, 0xd9),
  ]);
  expect([last.width, last.height]).toEqual([32, 16]);
  expect(decode(jpeg)).toMatchObject({ width: 32, height: 16 });
}, 30_000);

test("what stands in the way is drawn once, at the size of the last picture", () => {
  const usual = { ...MODE, width: 640, height: 360 };
  const started = sys.monotonicUs();
  const { posted } = play(
    [nothing, fails("stalled"), nothing],
    [() => usual, fails("stalled"), () => usual],
  );
  // One second from the first opening to the second, which fails, and twice as long to the third.
  expect(sys.monotonicUs() - started).toBeGreaterThanOrEqual(3_000_000);
  const states = posted.flatMap((message) => (message.kind === "state" ? [message] : []));
  expect(states.map(({ state }) => state.stage)).toEqual(["ok", "stalled", "ok"]);
  expect(states.map(({ drawn }) => drawn && [drawn.width, drawn.height])).toEqual([
    undefined,
    [640, 360],
    undefined,
  ]);
  expect(decode(states[1]?.drawn?.bytes ?? expect.unreachable())).toMatchObject({ width: 640 });
}, 30_000);

test("what is no fault of the signal ends the loop, with the source closed", () => {
  const calls: string[] = [];
  const broken: Step = () => {
    throw new TypeError("a bug");
  };
  expect(() => play([broken], [], calls)).toThrow("a bug");
  expect(calls).toEqual(["open", "grab(false)", "close"]);
});

describe("an order about the source", () => {
  test("of a quality has everything encoded anew, once", () => {
    const to = (quality: number) => orderOf({ kind: "quality", quality });
    const { posted, told } = play([
      ...[order, picture, to(10), order, nothing, picture],
      ...[to(10), order, nothing, picture],
    ]);
    expect(told).toEqual(["ok", "strips 0,1,2 with header", "strips 0,1,2 with header", "same 2"]);
    const bytes = posted.flatMap((message) => {
      return message.kind === "strips" ? message.strips.map(({ data }) => data.length) : [];
    });
    expect(bytes[3]).toBeLessThan(bytes[0] ?? 0);
  });

  test("to reopen closes it, and opens it when it is due", () => {
    const { calls, told } = play([orderOf({ kind: "reopen" }), order, nothing, picture]);
    expect(calls.slice(0, 4)).toEqual(["open", "grab(false)", "close", "open"]);
    expect(told).toEqual(["ok", "starting", "ok", "strips 0,1,2 with header"]);
  });
});
