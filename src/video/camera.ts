import { LIMITS } from "../base/limits.ts";
import type { Filled } from "../ffi/buffers.ts";
import type { CaptureFormat } from "../ffi/capture.ts";
import type { Incoming } from "../ffi/receiver.ts";
import { bytesOf } from "../ffi/rows.ts";
import type { Passed } from "../ffi/standstill.ts";
import { POLL, PollSet, type Sys } from "../ffi/sys.ts";
import { fourccName } from "../ffi/v4l2.ts";
import type { Yuv } from "../ffi/yuv.ts";
import { matrixOf, rangeOf } from "./formats.ts";
import { adoptSignal, checkSignal, loadEdid, modeChange } from "./hdmi.ts";
import type { FrameLayout } from "./memory.ts";
import { negotiate } from "./negotiate.ts";
import { stageOf, told } from "./refusal.ts";
import { type Mode, NoPicture } from "./signal.ts";
import type { Frame, Source, Wait } from "./source.ts";
import { type Capture, findCapture, openCapture } from "./topology.ts";

/** What the operator chose. */
export interface CameraSettings {
  /** "auto", or the path of a video node */
  readonly device: string;
  /** "auto", or the name of a format */
  readonly format: string;
}

/** No driver keeps a filled buffer for longer: what it says then is no time of this clock. */
const FRAME_AGE_US_MAX = 1_000_000;

interface Running {
  readonly capture: Capture;
  readonly format: CaptureFormat;
  /** How to read it; undefined for frames that are JPEGs already. */
  readonly raw: { readonly layout: FrameLayout; readonly isRgb: boolean } | undefined;
  /** Bytes that a whole frame has at least. */
  readonly frameBytes: number;
  readonly mode: Mode;
  /** Undefined for a device without HDMI timings. */
  readonly signal: Incoming | undefined;
  /** When the signal was last looked at. */
  lookedUs: number;
  /** When a whole frame last came. */
  lastFrameUs: number;
}

/** Frames of a V4L2 capture device. */
export class Camera implements Source {
  readonly settings: CameraSettings;
  readonly #sys: Sys;
  readonly #yuv: Yuv;
  #running: Running | undefined;
  /** It stalled or failed, and has sent no frame since. */
  #broke = false;
  #captured = 0;
  #dropped = 0;

  constructor(settings: CameraSettings, sys: Sys, yuv: Yuv) {
    this.settings = settings;
    this.#sys = sys;
    this.#yuv = yuv;
  }

  open(): Mode {
    const { device: wanted } = this.settings;
    const path = wanted === "auto" ? findCapture(this.#sys) : wanted;
    const capture = openCapture(this.#sys, path);
    const { device, receiver } = capture;
    try {
      loadEdid(receiver);
      // Before the signal is looked at, so that no change of it is missed.
      capture.watch();
      const signal = adoptSignal(receiver);
      const { format, raw } = negotiate(capture, this.settings.format, signal);
      const mode = {
        device: path,
        driver: device.identity.driver,
        width: format.width,
        height: format.height,
        format: fourccName(format.pixelFormat),
        tellsSignal: signal !== undefined,
        freeRunning: true,
      } as const;
      const placed = device.start(LIMITS.capture_buffers_min, format);
      const now = this.#sys.monotonicUs();
      const layout = raw?.layout(this.#yuv, placed);
      const running = {
        ...{ capture, format, mode, signal },
        raw: raw && layout && { layout, isRgb: raw.isRgb },
        frameBytes: layout === undefined ? 1 : bytesOf(layout.planes),
      };
      this.#running = { ...running, lookedUs: now, lastFrameUs: now };
      if (this.#broke) this.#awaitFrame(this.#running);
      this.#broke = false;
      return mode;
    } catch (error) {
      this.#running = undefined;
      capture.close();
      throw stageOf(error);
    }
  }

  get captured(): number {
    return this.#captured;
  }

  get dropped(): number {
    return this.#dropped;
  }

  close(): void {
    this.#running?.capture.close();
    this.#running = undefined;
  }

  waits(): readonly (readonly [number, number])[] {
    return this.#running?.capture.waits() ?? [];
  }

  patienceMs(): number {
    return LIMITS.capture_poll_ms;
  }

  /** One buffer may be ours while the driver fills one and has another to go on with. */
  get mayHold(): boolean {
    return (this.#running?.capture.device.buffers ?? 0) > 2;
  }

  grab(): Frame | undefined {
    return this.#use((running) => {
      this.#look(running);
      const isLate = this.#isOld(running.lastFrameUs);
      const filled = this.#newest(running);
      if (filled !== undefined) {
        // If a frame waits, it was this thread that was slow; of a JPEG only reading it will tell.
        const counts = running.raw !== undefined || !isLate;
        if (counts && holdsFrame(running, filled)) return this.#borrow(running, filled);
        running.capture.device.queue(filled.index);
      }
      if (isLate) throw new NoPicture("stalled");
      return undefined;
    });
  }

  standStill(wait: Wait): Passed | undefined {
    return this.#use((running) => {
      const patienceMs = LIMITS.capture_poll_ms;
      const endUs = this.#sys.monotonicUs() + patienceMs * 1000;
      const { device } = running.capture;
      const ended = device.standStill({ ...wait, endUs, patienceMs }, running.frameBytes);
      if (ended === undefined) return undefined;
      const { passed, error } = ended;
      this.#captured += passed.frames;
      if (passed.frames > 0) running.lastFrameUs = passed.cameUs;
      if (error !== undefined) throw error;
      return passed;
    });
  }

  /** @throws NoPicture in the place of what `action` throws */
  #use<T>(action: (running: Running) => T): T {
    const running = this.#running;
    if (running === undefined) throw new NoPicture("no device");
    try {
      return action(running);
    } catch (error) {
      const refusal = stageOf(error);
      this.#broke = refusal.stage === "stalled" || refusal.stage === "failed";
      throw refusal;
    }
  }

  /** Is the signal what it was? At least once a second, and when no frames come. */
  #look(running: Running): void {
    const { capture, signal } = running;
    const hasChanged = capture.receiver.takeSourceChange();
    const isDue = this.#isOld(running.lastFrameUs) || this.#isOld(running.lookedUs);
    if (signal !== undefined && (hasChanged || isDue)) {
      running.lookedUs = this.#sys.monotonicUs();
      checkSignal(capture.receiver, signal);
    }
    if (hasChanged) throw modeChange();
  }

  #isOld(sinceUs: number): boolean {
    return this.#sys.monotonicUs() - sinceUs >= LIMITS.capture_poll_ms * 1000;
  }

  /** Takes the newest filled buffer and gives the older ones back. */
  #newest(running: Running): Filled | undefined {
    const { device } = running.capture;
    let latest: Filled | undefined;
    for (let more = device.dequeue(); more !== undefined; more = device.dequeue()) {
      if (latest !== undefined) device.queue(latest.index);
      if (holdsFrame(running, more)) this.#captured++;
      else this.#dropped++;
      latest = more;
    }
    return latest;
  }

  /** Opened anew after it broke, a device has a picture when it has sent a whole frame. */
  #awaitFrame(running: Running): void {
    const { device } = running.capture;
    const untilUs = this.#sys.monotonicUs() + LIMITS.capture_poll_ms * 1000;
    const frames = new PollSet([[device.fd, POLL.in]]);
    for (;;) {
      const restMs = Math.ceil((untilUs - this.#sys.monotonicUs()) / 1000);
      if (restMs <= 0 || this.#sys.poll(frames, restMs) === 0) throw new NoPicture("stalled");
      const filled = this.#newest(running);
      if (filled === undefined) continue;
      device.queue(filled.index);
      if (holdsFrame(running, filled)) return;
    }
  }

  #borrow(running: Running, filled: Filled): Frame {
    const { raw, format } = running;
    const { sequence, address, length, index, isMarked } = filled;
    const nowUs = this.#sys.monotonicUs();
    const before = running.lastFrameUs;
    running.lastFrameUs = nowUs;
    const release = atMostOnce(() => told(() => running.capture.device.queue(index)));
    const frame = { sequence, capturedUs: timeOf(filled, nowUs), address };
    if (raw === undefined) {
      const refuse = () => {
        this.#dropped++;
        running.lastFrameUs = before;
      };
      return { kind: "jpeg", ...frame, length, refuse, [Symbol.dispose]: release };
    }
    return {
      kind: "raw",
      ...frame,
      range: rangeOf(format, raw.isRgb),
      matrix: matrixOf(format, raw.isRgb),
      layout: raw.layout,
      isMarked,
      [Symbol.dispose]: release,
    };
  }
}

/** Whether a buffer holds a frame; of one that is a JPEG, only reading it will tell. */
function holdsFrame({ frameBytes }: Running, { damaged, length }: Filled): boolean {
  return !damaged && length >= frameBytes;
}

/** When a frame was captured, by the driver if what it says can be. */
function timeOf({ atUs }: Filled, nowUs: number): number {
  const isLikely = atUs !== undefined && atUs <= nowUs && nowUs - atUs < FRAME_AGE_US_MAX;
  return isLikely ? atUs : nowUs;
}

/** Even when it fails: a buffer that the driver did not take back is not offered again. */
function atMostOnce(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
