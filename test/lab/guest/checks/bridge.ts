/** A video node that knows nothing of HDMI, behind a bridge that does: found, set up, followed. */
import { bars, bridge } from "../bridge.ts";
import { captureFrom, refusedWhile, untilPicture } from "../capture-world.ts";
import { group } from "../check.ts";
import { Linkrd, text } from "../linkrd.ts";
import { decodeJpeg, samePicture } from "../picture.ts";
import { same, until } from "../run.ts";
import { plugVivid, unplugVivid } from "../vivid.ts";

/** Bars whose edges lie on the chroma's pairs. */
const SIZE = [640, 352] as const;
const RECOVERY_SECONDS_MAX = 20;

async function openBridge(): Promise<AsyncDisposable & { linkrd: Linkrd }> {
  await bridge.setSize(...SIZE);
  const linkrd = await Linkrd.start(captureFrom(bridge.node, "auto"));
  return { linkrd, [Symbol.asyncDispose]: () => linkrd[Symbol.asyncDispose]() };
}

async function videoOf(linkrd: Linkrd) {
  return JSON.parse(text((await linkrd.curl("/api/status")).body)).video;
}

async function showsFormat(linkrd: Linkrd, name: string, fourcc: string): Promise<void> {
  await linkrd.settings(captureFrom(bridge.node, name));
  await until(`status to show ${fourcc}`, RECOVERY_SECONDS_MAX, async () => {
    return (await videoOf(linkrd)).format === fourcc ? true : undefined;
  });
  samePicture(await untilPicture(linkrd), bars(...SIZE));
}

function signalOf(signal: Parameters<typeof bridge.setSignal>[0], stage: string) {
  return async ({ linkrd }: { linkrd: Linkrd }) => {
    const begin = () => bridge.setSignal(signal);
    const back = await refusedWhile(linkrd, stage, begin, () => bridge.setSignal("good"));
    samePicture(back, bars(...SIZE));
  };
}

/** Until both numbers have changed there may be a picture of neither size. */
async function followsTo(linkrd: Linkrd, width: number, height: number): Promise<void> {
  const [begun, size] = [performance.now(), `${width}x${height}`];
  await bridge.setSize(width, height);
  await until(`a picture of ${size}`, RECOVERY_SECONDS_MAX, async () => {
    const { status, headers, body } = await linkrd.curl("/api/public/snapshot");
    if (status !== 200 || headers.get("x-frame-size") !== size) return undefined;
    samePicture(await decodeJpeg(body), bars(width, height));
    return true;
  });
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(
    `state mode change to ${size}, behind a bridge: a picture after ${took} s\n`,
  );
}

export const behindBridge = group("capture, behind a bridge, 640×352", openBridge, {
  "the snapshot shows the bars that the bridge sends, in BT.709": async ({ linkrd }) => {
    samePicture(await untilPicture(linkrd), bars(...SIZE));
    same("format", (await videoOf(linkrd)).format, "UYVY");
  },
  "status tells how many frames a second come": async ({ linkrd }) => {
    // The device means to send thirty, which the emulator may be too slow for.
    const rate = await until("frames a second", RECOVERY_SECONDS_MAX, async () => {
      return (await videoOf(linkrd)).captured_fps || undefined;
    });
    same(`${rate} a second`, rate > 1 && rate < 35, true);
  },
  "the way to the node alone is linked": async () => {
    same("links", await bridge.links(), ["lab-csi2", "lab-video"]);
  },
  "the bridge has the EDID of linkrd": async () => {
    same(
      "it is there",
      (await bridge.edid()).includes(Buffer.from("linkrd").toString("hex")),
      true,
    );
  },
  "the bridge sends RGB when it is asked to": ({ linkrd }) => showsFormat(linkrd, "bgr24", "BGR3"),
  "and UYVY again": ({ linkrd }) => showsFormat(linkrd, "uyvy", "UYVY"),
  "no signal": signalOf("none", "no signal"),
  "unstable signal": signalOf("unlocked", "unstable signal"),
  "out of range": signalOf("outOfRange", "out of range"),
  "another mode: the snapshot has its size": async ({ linkrd }) => {
    await followsTo(linkrd, 800, 608);
    await followsTo(linkrd, ...SIZE);
  },
});

async function openAlone(): Promise<AsyncDisposable & { linkrd: Linkrd }> {
  await unplugVivid();
  const linkrd = await Linkrd.start('[video]\ndevice = "auto"\n');
  const dispose = async () => {
    await linkrd[Symbol.asyncDispose]();
    await plugVivid();
  };
  return { linkrd, [Symbol.asyncDispose]: dispose };
}

export const autoBehindBridge = group("capture, auto, behind a bridge", openAlone, {
  "the node that the bridge sends to is found": async ({ linkrd }) => {
    samePicture(await untilPicture(linkrd), bars(...SIZE));
    same("device", (await videoOf(linkrd)).device, bridge.node);
  },
});
