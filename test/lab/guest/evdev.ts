/** The USB host's side of the gadget: what arrives on its evdev nodes. */
import { closeSync, openSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename } from "node:path";
import { until } from "./run.ts";

/** Types and codes of linux/input-event-codes.h. */
export const EV = { SYN: 0, KEY: 1, REL: 2, ABS: 3, LED: 17 } as const;
export const REL = { X: 0, Y: 1, HWHEEL: 6, WHEEL: 8 } as const;
export const ABS = { X: 0, Y: 1 } as const;
export const BTN = { LEFT: 0x110, RIGHT: 0x111, MIDDLE: 0x112 } as const;
export const LED = { NUM: 0, CAPS: 1, SCROLL: 2 } as const;
const KEY_A = 30;
const KEY_WAKEUP = 143;
const KEY_PLAYPAUSE = 164;
const SYN_DROPPED = 3;
const KEY_REPEAT = 2;
/** REL_WHEEL_HI_RES and REL_HWHEEL_HI_RES repeat the wheels in 1/120 of a step. */
const HIGH_RESOLUTION = [11, 12];

export interface InputEvent {
  /** Microseconds of the guest's clock. */
  time: number;
  type: number;
  code: number;
  value: number;
}

/** sizeof(struct input_event) where long has 64 bits. */
const EVENT_BYTES = 24;

/** Whole events of `bytes`; linux/input.h: two 64-bit times, u16 type, u16 code, s32 value. */
export function decodeEvents(bytes: Uint8Array): InputEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: InputEvent[] = [];
  for (let at = 0; at + EVENT_BYTES <= bytes.length; at += EVENT_BYTES) {
    events.push({
      time: Number(view.getBigInt64(at, true)) * 1e6 + Number(view.getBigInt64(at + 8, true)),
      type: view.getUint16(at + 16, true),
      code: view.getUint16(at + 18, true),
      value: view.getInt32(at + 20, true),
    });
  }
  return events;
}

/** One event as the kernel takes it in a write, such as a LED that is to be lit. */
export function encodeEvent(type: number, code: number, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(EVENT_BYTES));
  view.setUint16(16, type, true);
  view.setUint16(18, code, true);
  view.setInt32(20, value, true);
  return new Uint8Array(view.buffer);
}

export interface InputNodes {
  keyboard: string;
  pointer: string;
  mouse: string;
  consumer: string;
  system: string;
}

const BUS_USB = "0003";

/**
 * The evdev nodes of every USB input device, told apart by what they can do: keys, media keys,
 * power keys, absolute axes, relative axes. dummy_hcd's bus has one port, so all of them are the
 * gadget's.
 */
export async function inputNodes(): Promise<Partial<InputNodes>> {
  const nodes: Partial<InputNodes> = {};
  for (const name of await readdir("/sys/class/input")) {
    if (!name.startsWith("event")) continue;
    const read = async (file: string) =>
      (await readFile(`/sys/class/input/${name}/device/${file}`, "utf8")).trim();
    try {
      if ((await read("id/bustype")) !== BUS_USB) continue;
      const can = async (kind: string, code: number) =>
        hasBit(await read(`capabilities/${kind}`), code);
      if (await can("key", KEY_A)) nodes.keyboard = `/dev/input/${name}`;
      else if (await can("key", KEY_PLAYPAUSE)) nodes.consumer = `/dev/input/${name}`;
      else if (await can("key", KEY_WAKEUP)) nodes.system = `/dev/input/${name}`;
      else if (await can("abs", ABS.X)) nodes.pointer = `/dev/input/${name}`;
      else if (await can("rel", REL.X)) nodes.mouse = `/dev/input/${name}`;
    } catch {
      // Unplugged between the listing and the look.
    }
  }
  return nodes;
}

/** Waits for all nodes of the gadget. */
export async function allInputNodes(): Promise<InputNodes> {
  return await until("the host to see all that the gadget is", 20, async () => {
    const { keyboard, pointer, mouse, consumer, system } = await inputNodes();
    if (keyboard === undefined || pointer === undefined || mouse === undefined) return undefined;
    if (consumer === undefined || system === undefined) return undefined;
    return { keyboard, pointer, mouse, consumer, system };
  });
}

/** `words`: 64-bit hexadecimal words, the highest first, as sysfs prints a bitmap. */
export function hasBit(words: string, bit: number): boolean {
  const word = words.split(" ").at(-1 - Math.floor(bit / 64));
  return word !== undefined && ((BigInt(`0x${word}`) >> BigInt(bit % 64)) & 1n) === 1n;
}

/**
 * Collects what an evdev node tells, from now on. A child does the blocking reads, into a file: the
 * kernel keeps 64 events for a reader, and a pipe would stop the child whenever this process is
 * late.
 */
export class EvdevReader implements AsyncDisposable {
  readonly #node: string;
  readonly #file: string;
  readonly #child: Bun.Subprocess<number, number, "ignore">;
  #taken = 0;
  #events: InputEvent[] = [];
  #overrun = false;

  constructor(node: string) {
    this.#node = node;
    this.#file = `/tmp/evdev-${basename(node)}-${performance.now().toFixed(3)}`;
    // Opened here: the kernel keeps events for it from this moment on.
    const [from, into] = [openSync(node, "r"), openSync(this.#file, "w")];
    // First in turn, for the same reason. At an unplugging, cat ends with a complaint: no news.
    const words = ["chrt", "-f", "50", "cat"];
    this.#child = Bun.spawn(words, { stdin: from, stdout: into, stderr: "ignore" });
    closeSync(from);
    closeSync(into);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** All events before the one that `isLast` recognises, which is taken away as well. */
  async takeUntil(isLast: (event: InputEvent) => boolean, seconds = 30): Promise<InputEvent[]> {
    const end = await until(`the last event on ${this.#node}`, seconds, async () => {
      await this.#look();
      if (this.#overrun) throw new Error("the kernel dropped events: the lab read too slowly");
      const index = this.#events.findIndex(isLast);
      return index < 0 ? undefined : index;
    });
    const taken = this.#events.slice(0, end);
    this.#events = this.#events.slice(end + 1);
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
    await rm(this.#file, { force: true });
  }

  /** Takes the whole events that have come since the last look. */
  async #look(): Promise<void> {
    const bytes = await Bun.file(this.#file).slice(this.#taken).bytes();
    for (const event of decodeEvents(bytes)) this.#add(event);
    this.#taken += bytes.length - (bytes.length % EVENT_BYTES);
  }

  #add(event: InputEvent): void {
    if (event.type === EV.SYN && event.code === SYN_DROPPED) this.#overrun = true;
    // The guest's kernel repeats held keys by itself; wheels come twice, in two resolutions.
    if (event.type === EV.KEY && event.value === KEY_REPEAT) return;
    if (event.type === EV.REL && HIGH_RESOLUTION.includes(event.code)) return;
    if (event.type === EV.KEY || event.type === EV.REL || event.type === EV.ABS) {
      this.#events.push(event);
    }
  }
}
