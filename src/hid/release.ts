import { LIMITS } from "../base/limits.ts";
import type { Sys } from "../ffi/sys.ts";
import { Delivery, type EndpointPlaces } from "./delivery.ts";
import { packReports } from "./packet.ts";
import { allUpReports } from "./reports.ts";
import { NotTaken } from "./stage.ts";

/**
 * Lets go of every key and button, without a daemon: writes all-up reports to the device nodes.
 *
 * A node that is not there, or a host that does not listen, holds nothing, so neither is a fault.
 */
export function releaseKeys(sys: Sys, places: EndpointPlaces): void {
  const untilUs = sys.monotonicUs() + LIMITS.report_wait_ms_max * 1000;
  const nobody = new Uint32Array(1);
  const delivery = new Delivery({ sys, places, cancelled: nobody, onLights: () => undefined });
  // One by one: what one endpoint refuses is no reason to leave the others.
  for (const report of allUpReports()) {
    try {
      delivery.deliver(packReports(1, [report]), untilUs - sys.monotonicUs());
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
    }
  }
  delivery.close();
}
