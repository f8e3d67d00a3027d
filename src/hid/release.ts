import { LIMITS } from "../base/limits.ts";
import type { Sys } from "../ffi/sys.ts";
import { ReportEndpoint } from "./endpoint.ts";
import { Held } from "./held.ts";
import { CONSUMER_PAGE, SYSTEM_PAGE } from "./keys.ts";
import { consumerReport } from "./reports.ts";
import { NotTaken } from "./stage.ts";
import type { EndpointPlaces } from "./writer.ts";

/**
 * Lets go of every key and button, without a daemon: writes all-up reports to the device nodes.
 *
 * A node that is not there, or a host that does not listen, holds nothing, so neither is a fault.
 */
export function releaseKeys(sys: Sys, places: EndpointPlaces): void {
  const untilUs = sys.monotonicUs() + LIMITS.report_wait_ms_max * 1000;
  const others = [CONSUMER_PAGE, SYSTEM_PAGE].map((page) => consumerReport(page << 16));
  for (const { endpoint, bytes } of [...new Held().releaseAll(), ...others]) {
    const device = new ReportEndpoint(sys, places[endpoint]);
    try {
      device.write(bytes, untilUs);
      device.waitTaken(untilUs);
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
    } finally {
      device.close();
    }
  }
}
