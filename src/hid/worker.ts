/** Entry point of the writer thread. */
import { parentPort, workerData } from "node:worker_threads";
import { openSys } from "../ffi/sys.ts";
import type { EndpointPlaces } from "./delivery.ts";
import { runWriter } from "./writer.ts";

export interface WriterWorkerData {
  readonly places: EndpointPlaces;
  readonly calls: number;
  readonly cancelled: Uint32Array;
}

const { places, calls, cancelled } = workerData as WriterWorkerData;
const sys = openSys();
sys.goFirst();
runWriter({
  sys,
  places,
  calls,
  cancelled,
  post: (message) => parentPort?.postMessage(message),
});
