import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { Size } from "../ffi/capture.ts";
import { SystemError } from "../ffi/errno.ts";
import { type DeviceNumber, MediaDevice, type Pad, type Topology } from "../ffi/media-device.ts";
import { type BusFormat, Subdevice } from "../ffi/subdevice.ts";
import type { Sys } from "../ffi/sys.ts";
import { hasTimings } from "./hdmi.ts";
import { changesFor, type Route, routesTo } from "./route.ts";
import { NoPicture } from "./signal.ts";

/**
 * An HDMI bridge and the way from it to a video node, on boards where each part on that way has to
 * be linked and told its format by whoever captures (userspace-api/media/mediactl): a TC358743
 * behind the CSI-2 receiver of a Raspberry Pi, for example.
 */
export class Pipeline {
  readonly #sys: Sys;
  readonly #media: MediaDevice;
  readonly #topology: Topology;
  readonly #route: Route;
  readonly bridge: Subdevice;

  constructor(sys: Sys, media: MediaDevice, topology: Topology, route: Route, bridge: Subdevice) {
    this.#sys = sys;
    this.#media = media;
    this.#topology = topology;
    this.#route = route;
    this.bridge = bridge;
  }

  /** Codes of what the bridge can send, its favourite first. */
  busCodes(): number[] {
    const [{ source }] = this.#route.hops;
    return this.bridge.busCodes(source.index);
  }

  /**
   * Links the way, and tells each pad on it what will pass.
   *
   * @returns what arrives at the video node; throws NoPicture when a part does not pass it,
   * SystemError
   */
  arrange(code: number, { width, height }: Size): BusFormat {
    for (const { source, sink, enabled } of changesFor(this.#topology, this.#route)) {
      this.#media.setLink(source, sink, enabled);
    }
    const wanted = { width, height, code, colorspace: 0, encoding: 0, quantization: 0 };
    const [first, ...others] = this.#route.hops;
    // The bridge alone knows the colours; every other part repeats what it is told.
    let format = this.bridge.setBusFormat(first.source.index, wanted);
    let entered = first.sink;
    for (const { source, sink } of others) {
      format = this.#pass(entered, source, format);
      entered = sink;
    }
    return format;
  }

  close(): void {
    this.bridge.close();
    this.#media.close();
  }

  /** Tells a part what enters it and leaves it. One without a node is set up by its driver. */
  #pass(entry: Pad, exit: Pad, wanted: BusFormat): BusFormat {
    const entity = this.#topology.entities.find(({ id }) => id === entry.entity);
    if (entity?.device === undefined) return wanted;
    const part = new Subdevice(this.#sys, nodeOf(entity.device));
    try {
      const taken = part.setBusFormat(entry.index, wanted);
      if (!fits(taken, wanted)) throw refusal(entity.name, taken, wanted);
      return part.setBusFormat(exit.index, taken);
    } finally {
      part.close();
    }
  }
}

/**
 * The pipeline of a video node that knows nothing of HDMI itself: from the nearest part upstream of
 * it that does. Undefined for a node without such a part; parts that may not be opened are none.
 */
export function findPipeline(sys: Sys, path: string): Pipeline | undefined {
  const node = numberOf(path);
  if (node === undefined) return undefined;
  for (const name of readdirSync("/dev").filter((each) => /^media\d+$/.test(each))) {
    const media = unlessRefused(() => new MediaDevice(sys, `/dev/${name}`));
    if (media === undefined) continue;
    const topology = unlessRefused(() => media.topology());
    const found = topology && findBridge(sys, routesTo(topology, node));
    if (found) return new Pipeline(sys, media, topology, found.route, found.bridge);
    media.close();
  }
  return undefined;
}

function findBridge(sys: Sys, routes: readonly Route[]) {
  for (const route of routes) {
    const { device } = route.origin;
    const bridge = device && unlessRefused(() => new Subdevice(sys, nodeOf(device)));
    if (!bridge) continue;
    if (hasTimings(bridge.receiver)) return { route, bridge };
    bridge.close();
  }
  return undefined;
}

function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof SystemError) return undefined;
    throw error;
  }
}

/** The number behind a path, taken apart as gnu_dev_major and gnu_dev_minor of glibc do. */
function numberOf(path: string): DeviceNumber | undefined {
  const { rdev } = statSync(path, { throwIfNoEntry: false }) ?? { rdev: 0 };
  if (rdev === 0) return undefined;
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) };
}

/** The node of a device, by the name that the kernel has for it. */
function nodeOf({ major, minor }: DeviceNumber): string {
  const place = `char/${major}:${minor}`;
  const file = `/sys/dev/${place}/uevent`;
  const told = existsSync(file) ? readFileSync(file, "utf8") : "";
  return `/dev/${/^DEVNAME=(.+)$/m.exec(told)?.[1] ?? place}`;
}

function fits(one: BusFormat, other: BusFormat): boolean {
  return one.code === other.code && one.width === other.width && one.height === other.height;
}

function refusal(name: string, taken: BusFormat, wanted: BusFormat): NoPicture {
  const shown = ({ code, width, height }: BusFormat) => `0x${code.toString(16)} ${width}×${height}`;
  return new NoPicture("unsupported", `${name} takes ${shown(taken)}, not ${shown(wanted)}`);
}
