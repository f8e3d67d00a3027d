/**
 * The two threads that touch devices, started, watched and ended from the main one.
 *
 * This file lies at the root of src/ because the workers' paths must read the same in the checkout
 * and in the compiled binary, where they are further entry points (Makefile, `build`).
 */
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { LIMITS } from "./base/limits.ts";
import type { Log } from "./base/log.ts";
import type { Sys } from "./ffi/sys.ts";
import type { EndpointPlaces } from "./hid/delivery.ts";
import type { HidDevice } from "./hid/device.ts";
import type { WriterWorkerData } from "./hid/worker.ts";
import type { WriterMessage } from "./hid/writer.ts";
import type { SimulatedWorkerData } from "./simulated/worker.ts";
import type { VideoMessage } from "./video/messages.ts";
import type { Screen } from "./video/screen.ts";
import type { VideoWorkerData } from "./video/worker.ts";

/** A thread that failed is started again after this long: a fault that stays must not spin. */
const RESTART_MS = 1000;

/** A thread that sits in poll() and is spoken to through a socket pair. */
export interface DeviceThread {
  /** Says one message to the thread. @returns false when its letterbox is full */
  send(message: Uint8Array): boolean;
  /**
   * Closes the letterbox, which ends the thread, and waits for that, at most LIMITS.stop_ms_max.
   */
  stop(): Promise<void>;
}

interface ThreadParts<Message> {
  readonly name: string;
  readonly sys: Sys;
  readonly log: Log;
  /** Starts the worker. @param letterbox the descriptor that it reads its messages from */
  readonly spawn: (letterbox: number) => Worker;
  readonly receive: (message: Message) => void;
  /** The thread ended although nobody told it to. */
  readonly fail: (detail: string) => void;
}

export type VideoWork =
  | { readonly camera: Omit<VideoWorkerData, "orders" | "vouch"> }
  | { readonly simulated: Omit<SimulatedWorkerData, "orders" | "vouch"> };

/** Starts the video thread: frames of a capture device or of the simulated host, for `screen`. */
export function startVideoThread(
  parts: { readonly sys: Sys; readonly log: Log; readonly screen: Screen },
  work: VideoWork,
): DeviceThread {
  const { sys, log, screen } = parts;
  const vouch = screen.vouch.memory;
  const spawn = (orders: number) => {
    if ("camera" in work) {
      const workerData: VideoWorkerData = { ...work.camera, orders, vouch };
      return new Worker(new URL("./video/worker.ts", import.meta.url), { workerData });
    }
    const workerData: SimulatedWorkerData = { ...work.simulated, orders, vouch };
    return new Worker(new URL("./simulated/worker.ts", import.meta.url), { workerData });
  };
  return startThread<VideoMessage>({
    name: "video",
    sys,
    log,
    spawn,
    receive: (message) => screen.receive(message),
    fail: (detail) => screen.fail(detail),
  });
}

/** Starts the writer thread: reports to a gadget's nodes or to the simulated host's ports. */
export function startWriterThread(
  parts: { readonly sys: Sys; readonly log: Log; readonly device: HidDevice },
  places: EndpointPlaces,
): DeviceThread {
  const { sys, log, device } = parts;
  return startThread<WriterMessage>({
    name: "writer",
    sys,
    log,
    spawn: (calls) => {
      const workerData: WriterWorkerData = { places, calls, cancelled: device.cancelled };
      return new Worker(new URL("./hid/worker.ts", import.meta.url), { workerData });
    },
    receive: (message) => device.receive(message),
    fail: (detail) => device.fail(detail),
  });
}

function startThread<Message>(parts: ThreadParts<Message>): DeviceThread {
  const { sys, log, name } = parts;
  let [ours, theirs] = sys.socketPair();
  let stopping = false;
  let ended: PromiseWithResolvers<void> | undefined;
  let restart: NodeJS.Timeout | undefined;
  const start = () => {
    const running = Promise.withResolvers<void>();
    ended = running;
    let reason = "it ended by itself";
    const worker = parts.spawn(theirs);
    worker.on("message", parts.receive);
    worker.on("error", (error: Error) => {
      reason = error.message;
    });
    worker.on("exit", () => {
      ended = undefined;
      running.resolve();
      sys.close(theirs);
      if (stopping) return;
      // What was said to the old thread and not heard is refused below, and must not be done later.
      sys.close(ours);
      [ours, theirs] = sys.socketPair();
      log.once("end", "error", `the ${name} thread failed and is started again: ${reason}`);
      parts.fail(`the ${name} thread: ${reason}`);
      restart = setTimeout(start, RESTART_MS);
    });
  };
  start();
  return {
    send: (message) => !stopping && sys.tryWrite(ours, message) === message.length,
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      sys.close(ours);
      if (ended === undefined) sys.close(theirs);
      else
        await Promise.race([ended.promise, delay(LIMITS.stop_ms_max, undefined, { ref: false })]);
    },
  };
}
