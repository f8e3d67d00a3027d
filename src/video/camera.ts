import { readdirSync } from "node:fs";
import { LIMITS } from "../base/limits.ts";
import { CaptureDevice, type CaptureFormat, type Filled } from "../ffi/capture.ts";
import { SystemError } from "../ffi/errno.ts";
import { POLL, type Sys } from "../ffi/sys.ts";
import { fourccName } from "../ffi/v4l2.ts";
import type { Yuv } from "../ffi/yuv.ts";
import { MJPEG, matrixOf, type PixelFormat, RAW_FORMATS, rangeOf } from "./formats.ts";
import { checkMjpeg } from "./mjpeg.ts";
import type { Planes } from "./planes.ts";
import { type Mode, NoPicture, type Stage } from "./signal.ts";
import type { Frame, JpegFrame, RawFrame, Source } from "./source.ts";

/** What the operator chose. */
export interface CameraSettings {
  /** "auto", or the path of a video node */
  readonly device: string;
  /** "auto", or the name of a format */
  readonly format: string;
}

/** The driver of USB dongles, whose raw formats are slow: most hang on a bus that is too narrow. */
const USB_VIDEO_DRIVER = "uvcvideo";

interface Running {
  readonly device: CaptureDevice;
  readonly format: CaptureFormat;
  /** How to read it; undefined for frames that are JPEGs already. */
  readonly raw: PixelFormat | undefined;
  readonly mode: Mode;
  readonly hasTimings: boolean;
  lastFrameUs: number;
  /** Frames that came damaged, empty or cut off since the device was opened. */
  dropped: number;
}

/** Frames of a V4L2 capture device. */
export class Camera implements Source {
  readonly settings: CameraSettings;
  readonly #sys: Sys;
  readonly #yuv: Yuv;
  #running: Running | undefined;

  constructor(settings: CameraSettings, sys: Sys, yuv: Yuv) {
    this.settings = settings;
    this.#sys = sys;
    this.#yuv = yuv;
  }

  open(): Mode {
    const path = this.#find();
    const device = this.#openDevice(path);
    try {
      const hasTimings = adoptSignal(device);
      const { format, raw } = this.#negotiate(device, hasTimings);
      const mode = {
        device: path,
        driver: device.identity.driver,
        width: format.width,
        height: format.height,
        format: fourccName(format.pixelFormat),
      };
      device.subscribeSourceChange();
      device.start(LIMITS.capture_buffers_min);
      const lastFrameUs = this.#sys.monotonicUs();
      this.#running = { device, format, raw, mode, hasTimings, lastFrameUs, dropped: 0 };
      return mode;
    } catch (error) {
      device.close();
      throw stageOf(error);
    }
  }

  close(): void {
    this.#running?.device.close();
    this.#running = undefined;
  }

  waits(): readonly (readonly [number, number])[] {
    return this.#running ? [[this.#running.device.fd, POLL.in | POLL.pri]] : [];
  }

  patienceMs(): number {
    return LIMITS.capture_poll_ms;
  }

  grab(wanted: boolean): Frame | undefined {
    const running = this.#running;
    if (running === undefined) throw new NoPicture("no device");
    try {
      if (running.device.takeSourceChange()) throw new NoPicture("unstable signal", "mode change");
      const filled = newest(running.device);
      if (filled === undefined) {
        this.#notice(running);
        return undefined;
      }
      running.lastFrameUs = this.#sys.monotonicUs();
      if (filled.damaged) running.dropped++;
      if (wanted && !filled.damaged) return this.#borrow(running, filled);
      running.device.queue(filled.index);
      return undefined;
    } catch (error) {
      throw stageOf(error);
    }
  }

  /**
   * Nothing came for a while: has the signal gone or changed without an event, or the driver hung?
   */
  #notice({ device, format, hasTimings, lastFrameUs }: Running): void {
    if (this.#sys.monotonicUs() - lastFrameUs < LIMITS.capture_poll_ms * 1000) return;
    if (!hasTimings) throw new NoPicture("stalled");
    adoptSignal(device);
    const now = device.incomingSize();
    const same = now?.width === format.width && now.height === format.height;
    throw new NoPicture(same ? "stalled" : "unstable signal", same ? undefined : "mode change");
  }

  #borrow(running: Running, filled: Filled): Frame | undefined {
    const frame = { sequence: filled.sequence, capturedUs: running.lastFrameUs };
    const release = once(() => told(() => running.device.queue(filled.index)));
    const { raw, format } = running;
    if (raw === undefined) {
      const copy = new Uint8Array(filled.length);
      this.#sys.copy(copy, filled.address, filled.length);
      release();
      const checked = checkMjpeg(copy);
      if (checked === undefined) {
        running.dropped++;
        return undefined;
      }
      const nothing = () => undefined;
      const jpeg: JpegFrame = { kind: "jpeg", ...frame, ...checked, [Symbol.dispose]: nothing };
      return jpeg;
    }
    if (filled.length < raw.frameBytes(format)) {
      running.dropped++;
      release();
      return undefined;
    }
    const [yuv, memory] = [this.#yuv, { address: filled.address, format }];
    const borrowed: RawFrame = {
      kind: "raw",
      ...frame,
      range: rangeOf(format, raw.isRgb),
      matrix: matrixOf(format, raw.isRgb),
      readStrip: (top: number, into: Planes) => raw.read(yuv, memory, top, into),
      [Symbol.dispose]: release,
    };
    return borrowed;
  }

  #find(): string {
    if (this.settings.device !== "auto") return this.settings.device;
    let reason: NoPicture | undefined;
    for (const path of listVideoNodes()) {
      try {
        const device = told(() => new CaptureDevice(this.#sys, path));
        const usable = device.identity.canCapture;
        device.close();
        if (usable) return path;
      } catch (error) {
        if (!(error instanceof NoPicture)) throw error;
        reason ??= error;
      }
    }
    throw reason ?? new NoPicture("no device", "looked at /dev/video*");
  }

  #openDevice(path: string): CaptureDevice {
    const device = told(() => new CaptureDevice(this.#sys, path));
    if (device.identity.canCapture) return device;
    device.close();
    throw new NoPicture("unsupported", `${path} does not capture`);
  }

  #negotiate(device: CaptureDevice, hasTimings: boolean): Negotiated {
    const offered = device.formats();
    const raws: (PixelFormat | undefined)[] = [...RAW_FORMATS];
    const isUsb = device.identity.driver === USB_VIDEO_DRIVER;
    const preferred = isUsb ? [undefined, ...raws] : [...raws, undefined];
    for (const raw of preferred) {
      const { name, code } = raw ?? MJPEG;
      if (!offered.includes(code)) continue;
      if (this.settings.format !== "auto" && this.settings.format !== name) continue;
      // Without timings the device has a size of its own choice until it is told a better one.
      const size = hasTimings ? undefined : device.largestSize(code);
      const format = device.setFormat(code, size);
      if (format.pixelFormat !== code) continue;
      checkSize(format, raw);
      return { format, raw };
    }
    throw new NoPicture("unsupported", `it offers ${offered.map(fourccName).join(", ")}`);
  }
}

interface Negotiated {
  readonly format: CaptureFormat;
  readonly raw: PixelFormat | undefined;
}

function checkSize({ width, height, stride }: CaptureFormat, raw: PixelFormat | undefined): void {
  const { frame_width_min, frame_width_max, frame_height_min, frame_height_max } = LIMITS;
  const isWide = width >= frame_width_min && width <= frame_width_max;
  if (!isWide || height < frame_height_min || height > frame_height_max) {
    throw new NoPicture("out of range", `${width}×${height}`);
  }
  if (raw !== undefined && stride < raw.rowBytes(width)) {
    throw new NoPicture("failed", `rows of ${stride} bytes for ${width} pixels`);
  }
}

/**
 * @returns whether the device has HDMI timings; throws NoPicture with what is wrong with the signal
 */
function adoptSignal(device: CaptureDevice): boolean {
  const result = device.adoptTimings();
  if (result === "ENOLINK") throw new NoPicture("no signal");
  if (result === "ENOLCK") throw new NoPicture("unstable signal");
  if (result === "ERANGE") throw new NoPicture("out of range");
  if (result !== "set" && result !== "none") throw new NoPicture("failed", result);
  return result === "set";
}

/** Takes the newest filled buffer and gives the older ones back. */
function newest(device: CaptureDevice): Filled | undefined {
  let latest = device.dequeue();
  for (let more = latest && device.dequeue(); more !== undefined; more = device.dequeue()) {
    if (latest !== undefined) device.queue(latest.index);
    latest = more;
  }
  return latest;
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

function listVideoNodes(): string[] {
  const number = (name: string) => Number(name.slice("video".length));
  return readdirSync("/dev")
    .filter((name) => /^video\d+$/.test(name))
    .sort((one, other) => number(one) - number(other))
    .map((name) => `/dev/${name}`);
}

const STAGE_OF_ERRNO: Readonly<Record<string, Stage>> = {
  ENOENT: "no device",
  ENODEV: "no device",
  ENXIO: "no device",
  ENOTDIR: "no device",
  EISDIR: "unsupported",
  ENOTTY: "unsupported",
  EACCES: "no permission",
  EPERM: "no permission",
  EBUSY: "busy",
  ENOLINK: "no signal",
  ENOLCK: "unstable signal",
};

/** The result of `action`, with what the system says against it as NoPicture. */
function told<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw stageOf(error);
  }
}

function stageOf(error: unknown): NoPicture {
  if (error instanceof NoPicture) return error;
  if (error instanceof SystemError) {
    return new NoPicture(STAGE_OF_ERRNO[error.errno] ?? "failed", error.message);
  }
  throw error;
}
