/** linkrd on one of vivid's devices, and what it says while there is no picture. */
import { Linkrd, text, untilRefused } from "./linkrd.ts";
import { decodeJpeg, fromYuyv, type Picture } from "./picture.ts";
import { same, until } from "./run.ts";
import { Vivid } from "./vivid.ts";

export interface World extends AsyncDisposable {
  vivid: Vivid;
  linkrd: Linkrd;
  /** What the device sends under each pattern, taken before linkrd had it. */
  bars: Picture;
  squares: Picture;
}

/** Settings to capture from a device. */
export function captureFrom(node: string, format = "yuyv"): string {
  return `[video]\ndevice = "${node}"\nformat = "${format}"\n`;
}

export async function open(node: string, size?: [width: number, height: number]): Promise<World> {
  const vivid = new Vivid(node);
  if (size !== undefined) await vivid.setSize(...size);
  await vivid.setPicture("squares");
  const squares = fromYuyv(await vivid.rawFrame());
  await vivid.setPicture("bars");
  const bars = fromYuyv(await vivid.rawFrame());
  const linkrd = await Linkrd.start(captureFrom(node));
  const dispose = () => linkrd[Symbol.asyncDispose]();
  return { vivid, linkrd, bars, squares, [Symbol.asyncDispose]: dispose };
}

/** Waits for the first picture, as after a start or when a signal is back. */
export async function untilPicture(linkrd: Linkrd): Promise<Picture> {
  const jpeg = await until("a picture", 30, async () => {
    const { status, body } = await linkrd.curl("/api/public/snapshot");
    return status === 200 ? body : undefined;
  });
  return await decodeJpeg(jpeg);
}

/** Of a state that lasts: so many snapshots in a row are refused. */
const REFUSALS = 5;

/**
 * Lets `begin` take the picture away and `end` bring it back. Until then every snapshot is refused
 * with `stage`, and status says the same. Prints what it said, and how long each took.
 *
 * @returns the first picture after `end`
 */
export async function refusedWhile(
  linkrd: Linkrd,
  stage: string,
  begin: () => Promise<void>,
  end: () => Promise<void>,
): Promise<Picture> {
  const begun = performance.now();
  await begin();
  await untilRefused(linkrd, stage);
  const refused = performance.now();
  for (let times = 0; times < REFUSALS; times++) {
    const { status, body } = await linkrd.curl("/api/public/snapshot");
    same("a snapshot", [status, status === 200 || text(body).includes(stage)], [503, true]);
  }
  const { video } = JSON.parse(text((await linkrd.curl("/api/status")).body));
  same("status", video.stage, stage);
  await end();
  const ended = performance.now();
  const picture = await untilPicture(linkrd);
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  const times = `refused after ${seconds(begun, refused)} s`;
  const back = `a picture ${seconds(ended, performance.now())} s after it ended`;
  process.stdout.write(`state ${stage}: ${times}, ${back}; status: ${video.message}\n`);
  return picture;
}
