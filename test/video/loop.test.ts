import { expect, test } from "bun:test";
import { openJpeg } from "../../src/ffi/jpeg.ts";
import { openSys, POLL } from "../../src/ffi/sys.ts";
import { openYuv } from "../../src/ffi/yuv.ts";
import { runVideo } from "../../src/video/loop.ts";
import { NEXT, packRendering, type VideoMessage } from "../../src/video/messages.ts";
import { type Mode, NoPicture } from "../../src/video/signal.ts";
import type { Frame, Source } from "../../src/video/source.ts";
import { createRandom } from "../hid/random.ts";
import { copyOf, decode, desktop, frameOf } from "./pictures.ts";

const sys = openSys();
const NAMES = { device: "script", driver: "test", format: "YUYV" };
const MODE: Mode = { ...NAMES, width: 64, height: 48, tellsSignal: true };
const PICTURE = desktop(64, 48, createRandom(1));

/** What a source does when it is asked for a frame. */
type Step = (stage: Stage) => Frame | undefined;

interface Stage {
  /** Says `next` to the loop, as the main thread does. */
  readonly order: (bytes?: Uint8Array) => void;
  /** Closes the letterbox. */
  readonly end: () => void;
  /** So many frames came whole, and so many damaged. */
  readonly count: (captured: number, dropped: number) => void;
}

/**
 * A source that plays a script, a step for each time it is asked for a frame, and ends the loop
 * after the last. `openings` are played the same way; when there are none left it opens.
 */
class Script implements Source {
  readonly #steps: Step[];
  readonly #openings: (() => Mode)[];
  readonly #stage: Stage;
  /** What was called, in order: open, close, grab(wanted), released. */
  readonly calls: string[];
  captured = 0;
  dropped = 0;

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

  grab(wanted: boolean): Frame | undefined {
    this.calls.push(`grab(${wanted})`);
    const step = this.#steps.shift();
    if (step === undefined) {
      this.#stage.end();
      return undefined;
    }
    const frame = step(this.#stage);
    const release = () => void this.calls.push("released");
    return frame && { ...frame, [Symbol.dispose]: release };
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
    order: (bytes = NEXT) => void sys.tryWrite(ours, bytes),
    end: () => sys.close(ours),
    count: (captured, dropped) => Object.assign(source, { captured, dropped }),
  };
  const source = new Script(stage, calls, steps, openings);
  const posted: VideoMessage[] = [];
  const post = (message: VideoMessage) => void posted.push(message);
  const [makeEncoder, yuv] = [openJpeg(), openYuv()];
  runVideo({ sys, source, yuv, makeEncoder, quality: 80, orders: theirs, post });
  sys.close(theirs);
  return { calls, posted, told: posted.map(summary) };
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
  if (message.kind === "jpeg") return `jpeg ${message.sequence}`;
  const header = message.header === undefined ? "" : " with header";
  return `strips ${message.strips.map(({ index }) => index).join()}${header}`;
}

const nothing: Step = () => undefined;
const picture: Step = () => frameOf(PICTURE, "full");
const order: Step = ({ order }) => {
  order();
  return undefined;
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
    ...["open", "grab(false)", "grab(true)", "grab(true)", "grab(true)", "released"],
    ...["grab(false)", "grab(false)", "close"],
  ]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
});

test("orders that come together are one", () => {
  const three: Step = (stage) => {
    for (let times = 0; times < 3; times++) stage.order();
    return undefined;
  };
  const { told } = play([three, picture, nothing, nothing]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header"]);
});

test("a rendering is answered after its frame, and one outside of the picture with nothing", () => {
  const whole = { crop: undefined, widthMax: 4096, heightMax: 4096, quality: 90 };
  const ask: Step = (stage) => {
    stage.order(packRendering(7, { ...whole, widthMax: 32 }));
    stage.order(packRendering(8, { ...whole, crop: { left: 8, top: 4, width: 20, height: 10 } }));
    stage.order(packRendering(9, { ...whole, crop: { left: 60, top: 0, width: 8, height: 8 } }));
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

test("each further frame is told as what changed", () => {
  const changed = copyOf(PICTURE);
  changed.y[20 * changed.strideY] = 255 - (PICTURE.y[20 * PICTURE.strideY] ?? 0);
  const change: Step = () => frameOf(changed, "full");
  const { told } = play([order, picture, order, picture, order, change]);
  expect(told).toEqual(["ok", "strips 0,1,2 with header", "strips ", "strips 1"]);
});

test("a frame that is a JPEG goes on as it is", () => {
  const bytes = Uint8Array.of(0xff, 0xd8, 1, 2, 0xff, 0xd9);
  const frame = { sequence: 7, capturedUs: 5, width: 640, height: 480, bytes };
  const jpeg: Step = () => ({ kind: "jpeg", ...frame, [Symbol.dispose]: () => undefined });
  const { posted } = play([order, jpeg]);
  expect(posted[1]).toEqual({ kind: "jpeg", ...frame });
});

test("a signal that goes and comes back is told each way, looked for once a second", () => {
  const small = desktop(32, 16, createRandom(3));
  const started = sys.monotonicUs();
  const { calls, told, posted } = play(
    [order, picture, fails("no signal"), order, () => frameOf(small, "full")],
    [
      () => MODE,
      fails("no signal"),
      fails("no signal", "still"),
      () => ({ ...MODE, width: 32, height: 16 }),
    ],
  );
  const tookUs = sys.monotonicUs() - started;
  expect(tookUs).toBeGreaterThanOrEqual(3_000_000);
  expect(tookUs).toBeLessThan(6_000_000);
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
}, 10_000);

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
}, 10_000);

test("what is no fault of the signal ends the loop, with the source closed", () => {
  const calls: string[] = [];
  const broken: Step = () => {
    throw new TypeError("a bug");
  };
  expect(() => play([broken], [], calls)).toThrow("a bug");
  expect(calls).toEqual(["open", "grab(false)", "close"]);
});
