/** The device side of the daemon: what is captured and what is pressed, by the settings of the day. */
import type { Log } from "./base/log.ts";
import type { Settings } from "./config/schema.ts";
import type { Sys } from "./ffi/sys.ts";
import { HidDevice } from "./hid/device.ts";
import type { EndpointPlaces } from "./hid/writer.ts";
import type { DeviceThread } from "./threads.ts";
import { startVideoThread, startWriterThread, type VideoWork } from "./threads.ts";
import { ORDER } from "./video/messages.ts";
import { Screen } from "./video/screen.ts";

export interface Devices {
  readonly screen: Screen;
  readonly hid: HidDevice;
  readonly simulated: boolean;
  /** Ends both threads; whatever was held has to be let go before. */
  stop(): Promise<void>;
}

/** Starts capture and the report writer, on real devices or on the simulated host. */
export function startDevices(sys: Sys, settings: Settings, log: Log): Devices {
  const simulated = settings.video.source === "simulated";
  const { work, places, close } = simulated ? simulatedWork(sys, settings) : realWork(settings);
  let video: DeviceThread | undefined;
  let writer: DeviceThread | undefined;
  const screen = new Screen({
    orderNext: () => {
      video?.send(Uint8Array.of(ORDER.next));
    },
    nowUs: () => sys.monotonicUs(),
    log: log.part("video"),
  });
  const hid = new HidDevice((packet) => writer?.send(packet) ?? false);
  video = startVideoThread({ sys, log: log.part("video"), screen }, work);
  writer = startWriterThread({ sys, log: log.part("hid"), device: hid }, places);
  const threads = [writer, video];
  return {
    screen,
    hid,
    simulated,
    stop: async () => {
      await Promise.all(threads.map((thread) => thread.stop()));
      close();
    },
  };
}

interface Work {
  readonly work: VideoWork;
  readonly places: EndpointPlaces;
  /** Closes what was opened for the two threads together. */
  readonly close: () => void;
}

function realWork({ video, hid }: Settings): Work {
  const { keyboard, pointer, mouse } = hid;
  const { device, format, quality } = video;
  return {
    work: { camera: { settings: { device, format }, quality } },
    places: { keyboard, pointer, mouse },
    close: () => undefined,
  };
}

/** The simulated host's USB cable: a socket pair for each endpoint, one end for each thread. */
function simulatedWork(sys: Sys, { video, simulated }: Settings): Work {
  const [keyboard, pointer, mouse] = [sys.socketPair(), sys.socketPair(), sys.socketPair()];
  const settings = { ...simulated, fps: video.fps_max };
  const ports = { keyboard: keyboard[1], pointer: pointer[1], mouse: mouse[1] };
  return {
    work: { simulated: { settings, quality: video.quality, ports } },
    places: { keyboard: keyboard[0], pointer: pointer[0], mouse: mouse[0] },
    close: () => {
      for (const fd of [...keyboard, ...pointer, ...mouse]) sys.close(fd);
    },
  };
}
