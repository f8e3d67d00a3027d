import { LIMITS } from "../base/limits.ts";
import type { Sys } from "../ffi/sys.ts";
import { ReportEndpoint } from "./endpoint.ts";
import { allUpReports } from "./reports.ts";
import { NotTaken } from "./stage.ts";
import type { EndpointPlaces } from "./writer.ts";

/**
 * Lets go of every key and button, without a daemon: writes all-up reports to the device nodes.
 *
 * A node that is not there, or a host that does not listen, holds nothing, so neither is a fault.
 */
export function releaseKeys(sys: Sys, places: EndpointPlaces): void {
  const untilUs = sys.monotonicUs() + LIMITS.report_wait_ms_max * 1000;
  for (const { endpoint, bytes } of allUpReports()) {
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
