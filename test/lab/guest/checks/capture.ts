/** From V4L2 to curl: pictures, and the sentences when there is none. vivid has no MJPEG. */
import { rename } from "node:fs/promises";
import { open, refusedWhile, untilPicture, type World } from "../capture-world.ts";
import { group } from "../check.ts";
import { Linkrd, ORIGIN, text, untilRefused } from "../linkrd.ts";
import { decodeJpeg, samePicture } from "../picture.ts";
import { must, same, until } from "../run.ts";
import { plugVivid, unplugVivid } from "../vivid.ts";

async function showsBars({ linkrd, bars }: World): Promise<void> {
  await untilPicture(linkrd);
  samePicture(await decodeJpeg(await linkrd.snapshot()), bars);
}

/** A still picture has no age of its own: the next snapshot after a change must show the change. */
async function followsChange({ vivid, linkrd, bars, squares }: World): Promise<void> {
  await vivid.setPicture("squares");
  await linkrd.snapshot();
  samePicture(await decodeJpeg(await linkrd.snapshot()), squares);
  await vivid.setPicture("bars");
  await linkrd.snapshot();
  samePicture(await decodeJpeg(await linkrd.snapshot()), bars);
}

export const singlePlanar = group(
  "capture, single-planar, 640×360, BT.601",
  () => open("/dev/video0", [640, 360]),
  {
    "the snapshot shows the device's picture at its size": showsBars,
    "the next snapshot shows a changed picture": followsChange,
    "linkrd snapshot writes the same to a file": async ({ linkrd, bars }) => {
      const file = `${linkrd.folder}/shot.jpg`;
      const { exit, stderr } = await linkrd.command("snapshot", file);
      same("exit and stderr", [exit, stderr], [0, ""]);
      samePicture(await decodeJpeg(await Bun.file(file).bytes()), bars);
    },
    "a wrong token is refused": async () => {
      const url = `${ORIGIN}/api/public/snapshot`;
      const wrong = ["-H", "Authorization: token radxa_linkr_wrong"];
      const answer = await must(["curl", "-sS", "-w", " %{http_code}", ...wrong, url]);
      same("says", [answer.includes("No Permission"), answer.endsWith(" 403")], [true, true]);
    },
    "the device is pulled: 503 that says so, and back: a picture": async ({ linkrd }) => {
      await refusedWhile(linkrd, "no device", unplugVivid, plugVivid);
      same("daemon ended", linkrd.ended, false);
    },
  },
);

export const multiPlanar = group(
  "capture, multi-planar, 640×360, BT.601",
  () => open("/dev/video1", [640, 360]),
  {
    "the snapshot shows the device's picture at its size": showsBars,
    "the next snapshot shows a changed picture": followsChange,
  },
);

/** Before anybody sets it otherwise, vivid's source sends 720p60 as television does: in BT.709. */
export const television = group(
  "capture, multi-planar, 1280×720, BT.709",
  () => open("/dev/video1"),
  {
    "the snapshot has the device's size": async ({ linkrd, bars }) => {
      const { width, height } = await untilPicture(linkrd);
      same("size", [width, height], [bars.width, bars.height]);
    },
    "the snapshot has the device's colours": showsBars,
  },
);

/** [video] format, and the kernel's name of it that status then shows. */
const FORMATS = [
  ["nv12", "NV12"],
  ["uyvy", "UYVY"],
  ["nv16", "NV16"],
  ["nv24", "NV24"],
  ["rgb24", "RGB3"],
  ["bgr24", "BGR3"],
] as const;

/** Those whose planes have a memory each, which only a multi-planar device can give. */
const FORMATS_APART = [...FORMATS, ["nv12m", "NM12"], ["nv16m", "NM16"]] as const;

/** The daemon goes on; linkrd.toml alone says what to ask the device for. */
function readsFormats(
  node: string,
  formats: readonly (readonly [string, string])[],
): Readonly<Record<string, (world: World) => Promise<void>>> {
  const checks = formats.map(([name, fourcc]) => {
    const check = async ({ linkrd, bars }: World) => {
      await linkrd.settings(`[video]\ndevice = "${node}"\nformat = "${name}"\n`);
      await until(`status to show ${fourcc}`, 30, async () => {
        const { status, body } = await linkrd.curl("/api/status");
        return status === 200 && JSON.parse(text(body)).video.format === fourcc ? true : undefined;
      });
      samePicture(await untilPicture(linkrd), bars);
    };
    return [`${name} shows the device's colours`, check] as const;
  });
  return Object.fromEntries(checks);
}

export const formats = group(
  "capture, formats, single-planar, BT.601",
  () => open("/dev/video0", [640, 360]),
  readsFormats("/dev/video0", FORMATS),
);

export const formatsMultiPlanar = group(
  "capture, formats, multi-planar, BT.709",
  () => open("/dev/video1"),
  readsFormats("/dev/video1", FORMATS_APART),
);

/** The webcam comes first: HDMI is found by its timings, not by its number. */
async function openAuto(): Promise<AsyncDisposable & { linkrd: Linkrd }> {
  await rename("/dev/video0", "/dev/video7");
  await rename("/dev/video3", "/dev/video0");
  const linkrd = await Linkrd.start('[video]\ndevice = "auto"\n');
  const dispose = async () => {
    await linkrd[Symbol.asyncDispose]();
    await rename("/dev/video0", "/dev/video3");
    await rename("/dev/video7", "/dev/video0");
  };
  return { linkrd, [Symbol.asyncDispose]: dispose };
}

export const auto = group("capture, auto", openAuto, {
  "the device that captures HDMI is found behind a webcam": async ({ linkrd }) => {
    await untilPicture(linkrd);
    const { video } = JSON.parse(text((await linkrd.curl("/api/status")).body));
    same("device", video.device, "/dev/video1");
  },
});

export const noDevice = group(
  "capture, no device",
  () => Linkrd.start('[video]\ndevice = "/dev/video9"\n'),
  {
    "the snapshot is 503 and says no device": (linkrd) => untilRefused(linkrd, "no device"),
    "linkrd snapshot exits 1 with one line": async (linkrd) => {
      const { exit, stdout, stderr } = await linkrd.command("snapshot", `${linkrd.folder}/none`);
      same("exit and stdout", [exit, stdout], [1, ""]);
      if (!/^linkrd: [^\n]*no capture device[^\n]*\n$/.test(stderr)) {
        throw new Error(`not one line with "no capture device" on stderr: ${stderr}`);
      }
    },
  },
);
