import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A USB device controller and what the host has made of it. */
export interface UsbPort {
  readonly controller: string;
  /** The kernel's word (usb_device_state_string): "configured" once the host uses the gadget. */
  readonly state: string;
}

/** That of the simulated host, which takes whatever it is sent. */
export const SIMULATED_PORT: UsbPort = { controller: "simulated", state: "configured" };

/** The first USB device controller of this machine, or undefined if there is none. */
export function readUsbPort(udcClass = "/sys/class/udc"): UsbPort | undefined {
  try {
    const [controller] = readdirSync(udcClass).sort();
    if (controller === undefined) return undefined;
    const state = readFileSync(join(udcClass, controller, "state"), "utf8").trim();
    return { controller, state };
  } catch {
    return undefined;
  }
}
