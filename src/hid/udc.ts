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
    return { controller, state: stateOf(udcClass, controller) };
  } catch {
    return undefined;
  }
}

/**
 * The state of one controller. Most of their drivers do not tell there that the host has suspended
 * the port; the gadget does, in an attribute of its own (kernel: composite.c).
 * @throws Error where it is not there
 */
export function stateOf(udcClass: string, controller: string): string {
  const folder = join(udcClass, controller);
  const state = readFileSync(join(folder, "state"), "utf8").trim();
  return state === "configured" && isSuspended(join(folder, "device")) ? "suspended" : state;
}

/** @param device whose child the gadget is, named gadget or gadget.N by the kernel's age */
function isSuspended(device: string): boolean {
  try {
    const names = readdirSync(device).filter((name) => /^gadget(\.\d+)?$/.test(name));
    return names.some((name) => readFileSync(join(device, name, "suspended"), "utf8")[0] === "1");
  } catch {
    return false;
  }
}
