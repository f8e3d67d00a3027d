/** Entry point of the video thread when the host is simulated. */
import { parentPort, workerData } from "node:worker_threads";
import { openJpeg } from "../ffi/jpeg.ts";
import { openSys } from "../ffi/sys.ts";
import { openYuv } from "../ffi/yuv.ts";
import type { Endpoint } from "../hid/descriptors.ts";
import { runVideo, VIDEO_NICE } from "../video/loop.ts";
import { Vouch } from "../video/vouch.ts";
import { type SimulatedSettings, SimulatedSource } from "./source.ts";

export interface SimulatedWorkerData {
  readonly settings: SimulatedSettings;
  readonly quality: number;
  readonly orders: number;
  /** Of a Vouch. */
  readonly vouch: SharedArrayBuffer;
  /** The host's ends of the sockets that stand for its USB ports. */
  readonly ports: Readonly<Record<Endpoint, number>>;
}

const { settings, quality, orders, vouch, ports } = workerData as SimulatedWorkerData;
const sys = openSys();
sys.stepBack(VIDEO_NICE);
runVideo({
  sys,
  source: new SimulatedSource(settings, sys, ports),
  yuv: openYuv(),
  makeEncoder: openJpeg(),
  quality,
  orders,
  vouch: new Vouch(vouch),
  post: (message, transfer) => parentPort?.postMessage(message, transfer),
});
