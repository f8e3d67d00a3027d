/** A gadget that is up, a daemon that has it, and what its host received. */
import { allInputNodes, BTN, EV, EvdevReader, type InputEvent, type InputNodes } from "./evdev.ts";
import { LINUX_KEYS } from "./keys.ts";
import { BINARY, Linkrd } from "./linkrd.ts";
import { must, run, until } from "./run.ts";

/** As `[type, code, value]`. */
export type Triple = readonly [type: number, code: number, value: number];

const MARK = "F24";
/** No capture device: keys have to work without a picture. */
export const HID_SETTINGS = '[video]\ndevice = "/dev/video9"\n';

export class HidWorld implements AsyncDisposable {
  readonly linkrd: Linkrd;
  nodes: InputNodes;
  keyboard: EvdevReader;
  pointer: EvdevReader;
  mouse: EvdevReader;

  private constructor(linkrd: Linkrd, nodes: InputNodes) {
    this.linkrd = linkrd;
    this.nodes = nodes;
    this.keyboard = new EvdevReader(nodes.keyboard);
    this.pointer = new EvdevReader(nodes.pointer);
    this.mouse = new EvdevReader(nodes.mouse);
  }

  static async open(): Promise<HidWorld> {
    await must([BINARY, "gadget", "up"]);
    const nodes = await allInputNodes();
    const world = new HidWorld(await Linkrd.start(HID_SETTINGS), nodes);
    await world.#inStep();
    return world;
  }

  /**
   * Lets the daemon and the readers share a core, where readers go first: however late that core
   * is, the daemon never gets further ahead than the kernel keeps for a reader. dummy_hcd polls as
   * fast as it can.
   */
  async #inStep(): Promise<void> {
    for (const { pid } of [this.linkrd, this.keyboard, this.pointer, this.mouse]) {
      await must(["taskset", "-acp", "0", `${pid}`]);
    }
  }

  /** Looks for the host's nodes anew, after the gadget was unplugged and plugged in again. */
  async reopen(): Promise<void> {
    await this.#close();
    this.nodes = await allInputNodes();
    this.keyboard = new EvdevReader(this.nodes.keyboard);
    this.pointer = new EvdevReader(this.nodes.pointer);
    this.mouse = new EvdevReader(this.nodes.mouse);
    await this.#inStep();
  }

  /** Sends `events` and a mark after them. @returns what the host got before the mark */
  async onKeyboard(events: readonly unknown[]): Promise<InputEvent[]> {
    await this.linkrd.control([...events, ["keyboard", MARK, true], ["keyboard", MARK, false]]);
    return await this.keyboardUntilMark();
  }

  /** Presses Caps Lock if its light, which the host's own console sets, is not as wanted. */
  async setCapsLock(on: boolean): Promise<void> {
    const isOn = async () => {
      const { stdout } = await this.linkrd.command("status", "--json");
      return JSON.parse(stdout).hid.leds.caps_lock === on;
    };
    if (await isOn()) return;
    await this.onKeyboard([true, false].map((pressed) => ["keyboard", "CapsLock", pressed]));
    await until(`Caps Lock ${on ? "on" : "off"}`, 20, async () => (await isOn()) || undefined);
  }

  async keyboardUntilMark(): Promise<InputEvent[]> {
    return await between(this.keyboard, LINUX_KEYS.get(MARK) ?? 0);
  }

  /** The mark of a pointing device is a click of the middle button where it already is. */
  async onPointer(events: readonly unknown[], x: number, y: number): Promise<InputEvent[]> {
    const mark = [4, 0].map((buttons) => ["mouse_abs", buttons, x, y, 0, 0]);
    await this.linkrd.control([...events, ...mark]);
    return await between(this.pointer, BTN.MIDDLE);
  }

  async onMouse(events: readonly unknown[]): Promise<InputEvent[]> {
    const mark = [4, 0].map((buttons) => ["mouse_rel", buttons, 0, 0, 0, 0]);
    await this.linkrd.control([...events, ...mark]);
    return await between(this.mouse, BTN.MIDDLE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.linkrd[Symbol.asyncDispose]();
    await run([BINARY, "gadget", "down"]);
  }

  async #close(): Promise<void> {
    for (const reader of [this.keyboard, this.pointer, this.mouse]) {
      await reader[Symbol.asyncDispose]();
    }
  }
}

/** What came before key `code` went down; its release is taken off as well. */
async function between(reader: EvdevReader, code: number): Promise<InputEvent[]> {
  const isMark = (value: number) => (event: InputEvent) =>
    event.type === EV.KEY && event.code === code && event.value === value;
  const before = await reader.takeUntil(isMark(1), 120);
  await reader.takeUntil(isMark(0));
  return before;
}

export function triples(events: readonly InputEvent[]): Triple[] {
  return events.map(({ type, code, value }) => [type, code, value]);
}

/** Those of one type, as `[code, value]`. */
export function ofType(events: readonly InputEvent[], type: number): [number, number][] {
  return events.filter((event) => event.type === type).map(({ code, value }) => [code, value]);
}
