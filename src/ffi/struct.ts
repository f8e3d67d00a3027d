import { addressOf } from "./memory.ts";

/** How one C structure lies in memory: its size and the offset and kind of each field we touch. */
export interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, readonly [offset: number, kind: Kind]>>;
}

type Kind = "u8" | "u16" | "u32" | "u64";

/** One C structure: bytes that a call reads and writes, with its fields by name. Little-endian. */
export class Struct<L extends Layout> {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: L;

  /** @param bytes where it is, if it is part of something larger */
  constructor(layout: L, bytes = new Uint8Array(layout.size)) {
    this.#layout = layout;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, layout.size);
  }

  get(field: keyof L["fields"] & string): number {
    const [offset, kind] = this.#place(field);
    if (kind === "u8") return this.#view.getUint8(offset);
    if (kind === "u16") return this.#view.getUint16(offset, true);
    if (kind === "u32") return this.#view.getUint32(offset, true);
    return Number(this.#view.getBigUint64(offset, true));
  }

  set(field: keyof L["fields"] & string, value: number): this {
    const [offset, kind] = this.#place(field);
    if (kind === "u8") this.#view.setUint8(offset, value);
    else if (kind === "u16") this.#view.setUint16(offset, value, true);
    else if (kind === "u32") this.#view.setUint32(offset, value, true);
    else this.#view.setBigUint64(offset, BigInt(value), true);
    return this;
  }

  /** The text of a fixed-size, NUL-terminated field that starts at `field`. */
  text(field: keyof L["fields"] & string, bytesMax: number): string {
    const [offset] = this.#place(field);
    const bytes = this.bytes.subarray(offset, offset + bytesMax);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  clear(): this {
    this.bytes.fill(0);
    return this;
  }

  /** For a structure that points to this one: valid while this object lives. */
  get address(): number {
    return addressOf(this.bytes);
  }

  #place(field: string): readonly [number, Kind] {
    const place = this.#layout.fields[field];
    if (place === undefined) throw new RangeError(`no field ${field}`);
    return place;
  }
}
