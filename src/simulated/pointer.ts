/** Highest value of the absolute axes, as the pointer's report descriptor declares it. */
const AXIS_MAX = 32767;

/** Where the host's one pointer is, and what its two devices did to buttons and wheels. */
export class Pointer {
  readonly #width: number;
  readonly #height: number;
  #x: number;
  #y: number;
  #absoluteButtons = 0;
  #relativeButtons = 0;
  #wheel = 0;
  #pan = 0;

  /** Starts in the middle. @param width pixels of the screen @param height pixels */
  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#x = width >> 1;
    this.#y = height >> 1;
  }

  /** Pixels from the left edge, 0 to width - 1. */
  get x(): number {
    return this.#x;
  }

  /** Pixels from the top edge, 0 to height - 1. */
  get y(): number {
    return this.#y;
  }

  /** Bits 0 to 4: left, right, middle, back, forward; lit while held on either device. */
  get buttons(): number {
    return this.#absoluteButtons | this.#relativeButtons;
  }

  /** Sum of all vertical wheel steps, up is positive. */
  get wheel(): number {
    return this.#wheel;
  }

  /** Sum of all horizontal wheel steps, right is positive. */
  get pan(): number {
    return this.#pan;
  }

  /**
   * Takes buttons, x u16le, y u16le, wheel i8, pan i8. An axis beyond its logical maximum holds no
   * position (HID 1.11, 5.10: null values) and leaves the pointer where it was.
   */
  absolute(report: Uint8Array): void {
    const view = new DataView(report.buffer, report.byteOffset, report.byteLength);
    this.#absoluteButtons = view.getUint8(0) & 0x1f;
    const x = view.getUint16(1, true);
    const y = view.getUint16(3, true);
    if (x <= AXIS_MAX) this.#x = Math.round((x * (this.#width - 1)) / AXIS_MAX);
    if (y <= AXIS_MAX) this.#y = Math.round((y * (this.#height - 1)) / AXIS_MAX);
    this.#wheel += view.getInt8(5);
    this.#pan += view.getInt8(6);
  }

  /** Takes buttons, then dx, dy, wheel, pan as i8. One count is one pixel, however fast. */
  relative(report: Uint8Array): void {
    const view = new DataView(report.buffer, report.byteOffset, report.byteLength);
    this.#relativeButtons = view.getUint8(0) & 0x1f;
    this.#x = clamp(this.#x + view.getInt8(1), this.#width - 1);
    this.#y = clamp(this.#y + view.getInt8(2), this.#height - 1);
    this.#wheel += view.getInt8(3);
    this.#pan += view.getInt8(4);
  }
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}
