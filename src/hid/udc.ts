import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { directories, readIfThere } from "./gadget-tree.ts";

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
 * The state of one controller. Most of their drivers tell there neither that the gadget was taken
 * from it, nor that the host has suspended the port: two other attributes do (kernel: udc/core.c,
 * composite.c). @throws Error where the controller is not there
 */
export function stateOf(udcClass: string, controller: string): string {
  const folder = join(udcClass, controller);
  const state = readFileSync(join(folder, "state"), "utf8").trim();
  if (state !== "configured") return state;
  if (readIfThere(join(folder, "function")) === "") return "not attached";
  return isSuspended(join(folder, "device")) ? "suspended" : state;
}

/** @param device whose child the gadget is, named gadget or gadget.N by the kernel's age */
function isSuspended(device: string): boolean {
  const children = directories(device).map((path) => join(path, "suspended"));
  const gadgets = children.filter((path) => /\/gadget(\.\d+)?\/suspended$/.test(path));
  return gadgets.some((path) => readIfThere(path) === "1");
}
