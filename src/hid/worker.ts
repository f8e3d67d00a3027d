/** Entry point of the writer thread. */
import { parentPort, workerData } from "node:worker_threads";
import { openSys } from "../ffi/sys.ts";
import { type EndpointPlaces, runWriter } from "./writer.ts";

const { places, calls } = workerData as { places: EndpointPlaces; calls: number };
runWriter({
  sys: openSys(),
  places,
  calls,
  post: (message) => parentPort?.postMessage(message),
});
