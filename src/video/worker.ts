/** Entry point of the video thread when frames come from a capture device. */
import { parentPort, workerData } from "node:worker_threads";
import { openJpeg } from "../ffi/jpeg.ts";
import { openSys } from "../ffi/sys.ts";
import { openYuv } from "../ffi/yuv.ts";
import { Camera, type CameraSettings } from "./camera.ts";
import { runVideo, VIDEO_NICE } from "./loop.ts";
import { Vouch } from "./vouch.ts";

export interface VideoWorkerData {
  readonly settings: CameraSettings;
  readonly quality: number;
  readonly orders: number;
  /** Of a Vouch. */
  readonly vouch: SharedArrayBuffer;
}

const { settings, quality, orders, vouch } = workerData as VideoWorkerData;
const sys = openSys();
sys.stepBack(VIDEO_NICE);
const yuv = openYuv();
runVideo({
  sys,
  source: new Camera(settings, sys, yuv),
  yuv,
  makeEncoder: openJpeg(),
  quality,
  orders,
  vouch: new Vouch(vouch),
  post: (message, transfer) => parentPort?.postMessage(message, transfer),
});
