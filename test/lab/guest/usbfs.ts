/**
 * The host's side of the gadget without a driver in between, as firmware has it.
 * (linux/usbdevice_fs.h)
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "../../../src/ffi/errno.ts";
import { addressOf } from "../../../src/ffi/memory.ts";
import { OPEN, openSys } from "../../../src/ffi/sys.ts";

const DEVICES = "/sys/bus/usb/devices";
const USBDEVFS = {
  control: 0xc018_5500,
  bulk: 0xc018_5502,
  release: 0x8004_5510,
  ioctl: 0xc010_5512,
  connect: 0x5517,
  disconnectClaim: 0x8108_551b,
} as const;
const TIMEOUT_MS = 5000;
const POLL_MS = 50;
const ETIMEDOUT = 110;
/** Requests of "Device Class Definition for HID 1.11", section 7.2. */
const [GET_PROTOCOL, SET_PROTOCOL] = [0x03, 0x0b];
const [TO_INTERFACE, FROM_INTERFACE] = [0x21, 0xa1];
/** Values of both: boot, and report. */
export const PROTOCOL = { boot: 0, report: 1 } as const;
/** By the order in which the gadget has its functions. */
export const INTERFACE = { keyboard: 0, mouse: 2 } as const;

const sys = openSys();

/** The name of the gadget among the host's USB devices. */
export function usbDevice(): string {
  const name = readdirSync(DEVICES).find((each) => read(each, "idProduct") === "0104");
  if (name === undefined) throw new Error("the host sees no gadget");
  return name;
}

/** An interface of the gadget, taken from its driver until it is disposed of. */
export class UsbInterface implements Disposable {
  readonly #fd: number;
  readonly #number: number;
  readonly #endpoint: number;

  constructor(number: number) {
    const name = usbDevice();
    const place = (file: string) => read(name, file).padStart(3, "0");
    this.#number = number;
    this.#fd = sys.open(`/dev/bus/usb/${place("busnum")}/${place("devnum")}`, OPEN.readWrite);
    const endpoints = readdirSync(join(DEVICES, name, `${name}:1.${number}`));
    const address = endpoints.find((each) => /^ep_8[0-9a-f]$/.test(each)) ?? "";
    this.#endpoint = Number.parseInt(address.slice("ep_".length), 16);
    const claim = new Uint32Array(2 + 256 / 4);
    claim[0] = number;
    this.#ioctl(USBDEVFS.disconnectClaim, new Uint8Array(claim.buffer));
  }

  get protocol(): number {
    const answer = new Uint8Array(1);
    this.#control(FROM_INTERFACE, GET_PROTOCOL, 0, answer);
    return answer[0] ?? -1;
  }

  set protocol(value: number) {
    this.#control(TO_INTERFACE, SET_PROTOCOL, value, new Uint8Array(0));
  }

  /** The next report, in hex; undefined when there is none for a moment. */
  poll(): string | undefined {
    const report = new Uint8Array(8);
    const call = new DataView(new ArrayBuffer(24));
    for (const [at, word] of [this.#endpoint, report.length, POLL_MS].entries()) {
      call.setUint32(4 * at, word, true);
    }
    call.setBigUint64(16, BigInt(addressOf(report)), true);
    const length = sys.tryIoctl(this.#fd, USBDEVFS.bulk, new Uint8Array(call.buffer));
    if (length === -ETIMEDOUT) return undefined;
    return report.subarray(0, check(length, "ioctl", "bulk")).toHex();
  }

  /** Gives the interface back to the driver. */
  [Symbol.dispose](): void {
    this.#ioctl(USBDEVFS.release, new Uint8Array(Uint32Array.of(this.#number).buffer));
    const connect = new DataView(new ArrayBuffer(16));
    connect.setUint32(0, this.#number, true);
    connect.setUint32(4, USBDEVFS.connect, true);
    this.#ioctl(USBDEVFS.ioctl, new Uint8Array(connect.buffer));
    sys.close(this.#fd);
  }

  #control(type: number, request: number, value: number, data: Uint8Array): void {
    const call = new DataView(new ArrayBuffer(24));
    call.setUint8(0, type);
    call.setUint8(1, request);
    call.setUint16(2, value, true);
    call.setUint16(4, this.#number, true);
    call.setUint16(6, data.length, true);
    call.setUint32(8, TIMEOUT_MS, true);
    if (data.length > 0) call.setBigUint64(16, BigInt(addressOf(data)), true);
    this.#ioctl(USBDEVFS.control, new Uint8Array(call.buffer));
  }

  #ioctl(request: number, argument: Uint8Array): number {
    return check(sys.tryIoctl(this.#fd, request, argument), "ioctl", request.toString(16));
  }
}

function read(device: string, file: string): string {
  try {
    return readFileSync(join(DEVICES, device, file), "utf8").trim();
  } catch {
    return "";
  }
}
