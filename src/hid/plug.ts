/** The USB cable, as far as software can pull it: without its UDC no host sees the gadget. */
import { accessSync, constants, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../base/fault.ts";
import { type GadgetPlace, gadgetRoot } from "./gadget.ts";
import { boundUdc } from "./gadget-tree.ts";
import { stateOf } from "./udc.ts";

export class UsbPlug {
  readonly #root: string;
  readonly #udcClass: string;
  /** Where it was plugged in last. */
  #udc = "";

  constructor(place: Pick<GadgetPlace, "configfs" | "udcClass">) {
    this.#root = gadgetRoot(place);
    this.#udcClass = place.udcClass;
  }

  /** Whether the gadget is plugged in; null where linkrd may not change that. */
  get connected(): boolean | null {
    try {
      accessSync(join(this.#root, "UDC"), constants.W_OK);
    } catch {
      return null;
    }
    return boundUdc(this.#root) !== "";
  }

  /** Whether there is a gadget that is at no controller, whoever took it from there. */
  get isOut(): boolean {
    return existsSync(this.#root) && boundUdc(this.#root) === "";
  }

  /**
   * Wakes a host whose port is suspended, if the host lets devices wake it, and the controller can
   * (`srp` calls the kernel's usb_gadget_wakeup, whose answer nobody is told). Where linkrd may
   * not, or there is no such host, nothing is done.
   */
  wake(): void {
    const udc = boundUdc(this.#root);
    if (udc === "") return;
    try {
      if (stateOf(this.#udcClass, udc) !== "suspended") return;
      writeFileSync(join(this.#udcClass, udc, "srp"), "1");
    } catch {
      // The controller left in this moment, or udev has not given it to linkrd's group.
    }
  }

  /**
   * Plugs the gadget in or out; where linkrd may not, nothing is done.
   * @throws Fault `no_hid` when the kernel refuses
   */
  set(connected: boolean): void {
    const before = this.connected;
    if (before === null || before === connected) return;
    if (before) this.#udc = boundUdc(this.#root);
    const udc = this.#udc === "" ? (readdirSync(this.#udcClass).sort()[0] ?? "") : this.#udc;
    try {
      // An empty string would not reach the kernel at all.
      writeFileSync(join(this.#root, "UDC"), connected && udc !== "" ? udc : "\n");
    } catch (cause) {
      const what = `the USB gadget cannot be plugged ${connected ? "in" : "out"}`;
      throw new Fault("no_hid", `${what}: look for the reason in dmesg`, { cause });
    }
  }
}
