/** The lab's HDMI bridge behind a media controller (test/lab/bridge), driven by its parameters. */
import { writeFile } from "node:fs/promises";
import type { Picture } from "./picture.ts";
import { must } from "./run.ts";

const PARAMETERS = "/sys/module/labbridge/parameters";
/** Where the bridge itself is spoken to. */
const SUBDEVICE = "/dev/v4l-subdev0";

/** What it says of the signal (errno.h); 0 is a good one. */
export const BRIDGE_SIGNAL = { good: 0, outOfRange: 34, unlocked: 37, none: 67 } as const;

const BARS = [
  ...[
    [255, 255, 255],
    [255, 255, 0],
    [0, 255, 255],
    [0, 255, 0],
  ],
  ...[
    [255, 0, 255],
    [255, 0, 0],
    [0, 0, 255],
    [0, 0, 0],
  ],
];

export const bridge = {
  /** The node that streams; vivid has those before it. */
  node: "/dev/video4",

  async setSignal(signal: keyof typeof BRIDGE_SIGNAL): Promise<void> {
    await writeFile(`${PARAMETERS}/signal`, `${BRIDGE_SIGNAL[signal]}`);
  },

  /** The host changes its mode: at once, and with an event for either number. */
  async setSize(width: number, height: number): Promise<void> {
    await writeFile(`${PARAMETERS}/width`, `${width}`);
    await writeFile(`${PARAMETERS}/height`, `${height}`);
  },

  /** The EDID in hexadecimal digits. */
  async edid(): Promise<string> {
    const stdout = await must(["v4l2-ctl", "-d", SUBDEVICE, "--get-edid=format=hex"]);
    return [...stdout.matchAll(/^(?:[0-9a-f]{2} *)+$/gm)].join("").replaceAll(/\s/g, "");
  },

  /** Every link of it, as media-ctl shows those that are enabled. */
  async links(): Promise<string[]> {
    const devices = await must(["sh", "-c", "for m in /dev/media*; do media-ctl -p -d $m; done"]);
    return [...devices.matchAll(/-> "(lab-\w+)":\d \[ENABLED/g)].map(([, name = ""]) => name);
  },
};

/** What the bridge sends: eight bars from white to black. */
export function bars(width: number, height: number): Picture {
  const rgb = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at++) {
    rgb.set(BARS[Math.floor((8 * (at % width)) / width)] ?? [], 3 * at);
  }
  return { width, height, rgb };
}
