import { check } from "./errno.ts";
import {
  ENTITY,
  INTERFACE,
  LINK,
  LINK_DESC,
  LNK_FL_DATA_LINK,
  LNK_FL_ENABLED,
  LNK_FL_IMMUTABLE,
  LNK_FL_INTERFACE_LINK,
  LNK_FL_LINK_TYPE,
  MEDIA_IOC,
  PAD,
  PAD_FL_SOURCE,
  TOPOLOGY,
} from "./media.ts";
import { addressOf } from "./memory.ts";
import { Struct } from "./struct.ts";
import { OPEN, type Sys } from "./sys.ts";

/** The numbers of something under /dev. */
export interface DeviceNumber {
  readonly major: number;
  readonly minor: number;
}

/** A block of hardware. */
export interface Entity {
  readonly id: number;
  readonly name: string;
  /** Where it is spoken to; undefined for one that cannot be. */
  readonly device: DeviceNumber | undefined;
}

/** Where data leave an entity, or enter it. */
export interface Pad {
  readonly id: number;
  readonly entity: number;
  /** Its number among those of its entity. */
  readonly index: number;
  readonly isSource: boolean;
}

/** A connection between two pads, by their ids. */
export interface Link {
  readonly source: number;
  readonly sink: number;
  readonly isEnabled: boolean;
  readonly isImmutable: boolean;
}

/** What a media device is made of (MEDIA_IOC_G_TOPOLOGY). */
export interface Topology {
  readonly entities: readonly Entity[];
  readonly pads: readonly Pad[];
  readonly links: readonly Link[];
}

/** The parts of a topology, in the order in which they are asked for. */
const PARTS = { entities: ENTITY, interfaces: INTERFACE, pads: PAD, links: LINK } as const;
type Part = keyof typeof PARTS;

/** /dev/mediaN: tells how the parts of a capture device are connected, and connects them. */
export class MediaDevice {
  readonly #sys: Sys;
  readonly #path: string;
  readonly #fd: number;

  /** @throws SystemError */
  constructor(sys: Sys, path: string) {
    this.#sys = sys;
    this.#path = path;
    this.#fd = sys.open(path, OPEN.readWrite);
  }

  /** @throws SystemError, also when parts came while it was read */
  topology(): Topology {
    const request = new Struct(TOPOLOGY);
    // Asked without memory for them, it tells how many there are.
    this.#ioctl("MEDIA_IOC_G_TOPOLOGY", MEDIA_IOC.G_TOPOLOGY, request.bytes);
    const entities = roomFor("entities", request);
    const interfaces = roomFor("interfaces", request);
    const pads = roomFor("pads", request);
    const links = roomFor("links", request);
    this.#ioctl("MEDIA_IOC_G_TOPOLOGY", MEDIA_IOC.G_TOPOLOGY, request.bytes);
    const behind = new Map<number, DeviceNumber>();
    for (const link of links.filter(isOfType(LNK_FL_INTERFACE_LINK))) {
      const node = interfaces.find((each) => each.get("id") === link.get("source_id"));
      if (node === undefined) continue;
      const [major, minor] = [node.get("devnode.major"), node.get("devnode.minor")];
      behind.set(link.get("sink_id"), { major, minor });
    }
    return {
      entities: entities.map((entity) => {
        const id = entity.get("id");
        return { id, name: entity.text("name", 64), device: behind.get(id) };
      }),
      pads: pads.map((pad) => ({
        id: pad.get("id"),
        entity: pad.get("entity_id"),
        index: pad.get("index"),
        isSource: (pad.get("flags") & PAD_FL_SOURCE) !== 0,
      })),
      links: links.filter(isOfType(LNK_FL_DATA_LINK)).map((link) => ({
        source: link.get("source_id"),
        sink: link.get("sink_id"),
        isEnabled: (link.get("flags") & LNK_FL_ENABLED) !== 0,
        isImmutable: (link.get("flags") & LNK_FL_IMMUTABLE) !== 0,
      })),
    };
  }

  /** Connects two pads, or parts them. @throws SystemError */
  setLink(source: Pad, sink: Pad, enabled: boolean): void {
    const link = new Struct(LINK_DESC)
      .set("source.entity", source.entity)
      .set("source.index", source.index)
      .set("sink.entity", sink.entity)
      .set("sink.index", sink.index)
      .set("flags", enabled ? LNK_FL_ENABLED : 0);
    this.#ioctl("MEDIA_IOC_SETUP_LINK", MEDIA_IOC.SETUP_LINK, link.bytes);
  }

  close(): void {
    this.#sys.close(this.#fd);
  }

  #ioctl(name: string, number: number, argument: Uint8Array): void {
    check(this.#sys.tryIoctl(this.#fd, number, argument), name, this.#path);
  }
}

/** Memory for as many parts of a kind as there are, whose address is told to `request`. */
function roomFor<P extends Part>(
  part: P,
  request: Struct<typeof TOPOLOGY>,
): Struct<(typeof PARTS)[P]>[] {
  const layout = PARTS[part];
  const count = request.get(`num_${part}`);
  if (count === 0) return [];
  const memory = new Uint8Array(count * layout.size);
  request.set(`ptr_${part}`, addressOf(memory));
  return Array.from({ length: count }, (_, index) => {
    return new Struct(layout, memory.subarray(index * layout.size, (index + 1) * layout.size));
  });
}

function isOfType(type: number): (link: Struct<typeof LINK>) => boolean {
  return (link) => (link.get("flags") & LNK_FL_LINK_TYPE) >>> 0 === type;
}
