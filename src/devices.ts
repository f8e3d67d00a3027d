/**
 * The device side of the daemon: what is captured and what is pressed, by the settings of the day.
 */
import type { Log } from "./base/log.ts";
import type { Settings } from "./config/schema.ts";
import { openJpeg } from "./ffi/jpeg.ts";
import type { Sys } from "./ffi/sys.ts";
import { openYuv } from "./ffi/yuv.ts";
import type { EndpointPlaces } from "./hid/delivery.ts";
import { HidDevice } from "./hid/device.ts";
import { GADGET_PATHS } from "./hid/gadget.ts";
import { UsbPlug } from "./hid/plug.ts";
import {
  type DeviceThread,
  startVideoThread,
  startWriterThread,
  type VideoWork,
} from "./threads.ts";
import { checkMjpeg } from "./video/mjpeg.ts";
import { type Rendering, type RenderParts, render } from "./video/rendering.ts";
import { Screen } from "./video/screen.ts";

interface Running {
  readonly video: DeviceThread;
  readonly writer: DeviceThread;
  readonly close: () => void;
}

/**
 * Capture and the report writer, on real devices or on the simulated host.
 *
 * `screen` and `hid` stay the same objects while the threads behind them come and go.
 */
export class Devices {
  readonly screen: Screen;
  readonly hid: HidDevice;
  readonly plug = new UsbPlug(GADGET_PATHS);
  readonly #sys: Sys;
  readonly #log: Log;
  #running: Running | undefined;
  /** Once they are needed. */
  #renderers: RenderParts | undefined;

  constructor(sys: Sys, log: Log) {
    this.#sys = sys;
    this.#log = log;
    this.screen = new Screen({
      order: (order) => {
        this.#running?.video.send(order);
      },
      nowUs: () => sys.monotonicUs(),
      inputUs: () => this.hid.takenUs,
      log: log.part("video"),
    });
    this.hid = new HidDevice({
      write: (packet) => this.#running?.writer.send(packet) ?? false,
      nowUs: () => sys.monotonicUs(),
      isUnplugged: () => this.plug.isOut,
      wake: () => this.plug.wake(),
    });
  }

  start(settings: Settings): void {
    const sys = this.#sys;
    const simulated = settings.video.source === "simulated";
    const { work, places, close } = simulated ? simulatedWork(sys, settings) : realWork(settings);
    const [video, hid] = [this.#log.part("video"), this.#log.part("hid")];
    this.#running = {
      video: startVideoThread({ sys, log: video, screen: this.screen }, work),
      writer: startWriterThread({ sys, log: hid, device: this.hid }, places),
      close,
    };
  }

  /**
   * `jpeg` as `wish` wants it; undefined when it is broken. It takes milliseconds of this thread,
   * and is for pictures that the video thread does not have.
   */
  rerender(jpeg: Uint8Array, wish: Rendering): Uint8Array | undefined {
    const picture = checkMjpeg(new Uint8Array(jpeg));
    if (picture === undefined) return undefined;
    this.#renderers ??= { sys: this.#sys, yuv: openYuv(), makeEncoder: openJpeg() };
    return render(this.#renderers, { kind: "jpeg", ...picture }, picture, wish)?.bytes;
  }

  /** Ends both threads; whatever is held has to be let go before. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.hid.fail("it is being stopped");
    await Promise.all([running?.video.stop(), running?.writer.stop()]);
    running?.close();
    this.screen.rest();
  }
}

interface Work {
  readonly work: VideoWork;
  readonly places: EndpointPlaces;
  /** Closes what was opened for the two threads together. */
  readonly close: () => void;
}

function realWork({ video, hid }: Settings): Work {
  const { keyboard, pointer, mouse, consumer } = hid;
  const { device, format, quality } = video;
  return {
    work: { camera: { settings: { device, format }, quality } },
    places: { keyboard, pointer, mouse, consumer },
    close: () => undefined,
  };
}

/** The simulated host's USB cable: a socket pair for each endpoint, one end for each thread. */
function simulatedWork(sys: Sys, { video, simulated }: Settings): Work {
  const cable = () => sys.socketPair();
  const [keyboard, pointer, mouse, consumer] = [cable(), cable(), cable(), cable()];
  const settings = { ...simulated, fps: video.fps_max };
  const end = (at: 0 | 1) => ({
    keyboard: keyboard[at],
    pointer: pointer[at],
    mouse: mouse[at],
    consumer: consumer[at],
  });
  return {
    work: { simulated: { settings, quality: video.quality, ports: end(1) } },
    places: end(0),
    close: () => {
      for (const fd of [...keyboard, ...pointer, ...mouse, ...consumer]) sys.close(fd);
    },
  };
}
