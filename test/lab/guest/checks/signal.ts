/** Every way to lose the picture: what is said of it, and how long until it is back. */
import type { Status } from "../../../../src/http/status.ts";
import { captureFrom, open, refusedWhile, untilPicture, type World } from "../capture-world.ts";
import { group } from "../check.ts";
import { text, untilRefused } from "../linkrd.ts";
import { decodeJpeg, type Picture, samePicture } from "../picture.ts";
import { same, until } from "../run.ts";
import type { SIGNAL, Vivid } from "../vivid.ts";

/** Recovery that takes longer is no recovery by itself: a person would have pulled the cable. */
const RECOVERY_SECONDS_MAX = 20;

/** The picture changes while it cannot be seen: what comes after must be the new one. */
async function isNewAfter(
  { vivid, linkrd, squares }: World,
  stage: string,
  begin: () => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  await vivid.setPicture("bars");
  await untilPicture(linkrd);
  const changed = async () => {
    await vivid.setPicture("squares");
    await end();
  };
  samePicture(await refusedWhile(linkrd, stage, begin, changed), squares);
}

function signalOf(
  mode: Exclude<keyof typeof SIGNAL, "current" | "selected">,
  stage: string,
): (world: World) => Promise<void> {
  return (world) => {
    const { vivid } = world;
    const [begin, end] = [() => vivid.setSignal(mode), () => vivid.setSignal("current")];
    return isNewAfter(world, stage, begin, end);
  };
}

async function statusOf({ linkrd }: World): Promise<Status> {
  return JSON.parse(text((await linkrd.curl("/api/status")).body));
}

/** Something passes, too short to be asked about: soon there is a picture of what is sent then. */
async function passes(world: World, what: string, cause: () => Promise<void>): Promise<void> {
  const { vivid, linkrd, squares } = world;
  await vivid.setPicture("bars");
  await untilPicture(linkrd);
  const begun = performance.now();
  await cause();
  await vivid.setPicture("squares");
  await untilNew(world, squares);
  const took = ((performance.now() - begun) / 1000).toFixed(1);
  const { video } = await statusOf(world);
  process.stdout.write(`state ${what}: a new picture after ${took} s; status: ${video.message}\n`);
  same("the daemon ended", linkrd.ended, false);
}

/** vivid changes its picture between two frames: the first that is asked for may be the old one. */
async function untilNew({ linkrd }: World, wanted: Picture): Promise<void> {
  let last: unknown;
  await until("the new picture", RECOVERY_SECONDS_MAX, async () => {
    const { status, body } = await linkrd.curl("/api/public/snapshot");
    if (status !== 200) return undefined;
    try {
      samePicture(await decodeJpeg(body), wanted);
      return true;
    } catch (error) {
      last = error;
      return undefined;
    }
  }).catch((cause) => {
    throw new Error(`the last picture: ${String(last)}`, { cause });
  });
}

/** A failure of what is done when capture starts, which the loss of the lock makes it do anew. */
function failsAtStart(at: Parameters<Vivid["fail"]>[0]): (world: World) => Promise<void> {
  return (world) =>
    passes(world, `${at} fails`, async () => {
      await world.vivid.setSignal("unlocked");
      await world.vivid.fail(at);
      await world.vivid.setSignal("current");
    });
}

/** "linkrd", in what the host reads. */
const NAME = Buffer.from("linkrd").toString("hex");

/** A device forgets its EDID, or has less room: it is looked at when the device is opened anew. */
async function untilEdid({ vivid }: World, digits: number): Promise<void> {
  await until(`an EDID of ${digits} digits`, RECOVERY_SECONDS_MAX, async () => {
    const edid = await vivid.edid();
    return edid.length === digits && edid.includes(NAME) ? true : undefined;
  });
}

export const signal = group(
  "signal, two HDMI inputs, 640×360",
  () => open("/dev/video2", [640, 360]),
  {
    "the host reads the EDID of linkrd": (world) => untilEdid(world, 512),
    "status says that the signal is there": async (world) => {
      await untilPicture(world.linkrd);
      const { video } = await statusOf(world);
      same("stage and signal", [video.stage, video.signal], ["ok", "ok"]);
    },
    "no signal, with a cable": signalOf("none", "no signal"),
    "unstable signal": signalOf("unlocked", "unstable signal"),
    "out of range": signalOf("outOfRange", "out of range"),
    "a format that the device has not": async (world) => {
      const { linkrd, vivid } = world;
      const begin = () => linkrd.settings(captureFrom(vivid.node, "mjpeg"));
      await isNewAfter(world, "unsupported", begin, () => linkrd.settings(captureFrom(vivid.node)));
    },
    "no frames": (world) => {
      const { vivid } = world;
      return isNewAfter(
        world,
        "stalled",
        () => vivid.losePercent(100),
        () => vivid.losePercent(0),
      );
    },
    "a damaged frame is left out, and counted": async (world) => {
      await passes(world, "a damaged frame", () => world.vivid.fail("buffer"));
      const { video } = await statusOf(world);
      same("dropped frames", video.dropped_frames, 1);
    },
    "a stream goes on with what is missing": async ({ vivid, linkrd }) => {
      await untilPicture(linkrd);
      const file = `${linkrd.folder}/stream`;
      const watching = linkrd.stream(10, file);
      await until("the stream to begin", 10, () => (Bun.file(file).size > 0 ? true : undefined));
      await vivid.setSignal("none");
      await untilRefused(linkrd, "no signal");
      await vivid.setSignal("current");
      await watching;
      const sent = text(await Bun.file(file).bytes());
      const parts = sent.match(/X-Frame-(State|Sequence): [a-z ]*/g) ?? [];
      const kinds = parts.filter((part, at) => part !== parts[at - 1]);
      const [picture, state] = ["X-Frame-Sequence: ", "X-Frame-State: no signal"];
      const isThere = kinds[0] === picture && kinds.includes(state) && kinds.at(-1) === picture;
      same(`parts ${kinds.join(", ")}`, isThere, true);
    },
    "the driver fails while it streams": (world) =>
      passes(world, "streaming fails", () => world.vivid.fail("streaming")),
    "the driver has no buffers": failsAtStart("requestBuffers"),
    "the driver takes no buffer": failsAtStart("queueBuffer"),
    "the driver does not start": failsAtStart("start"),
    "the EDID is cleared": async (world) => {
      await passes(world, "EDID cleared", () => world.vivid.clearEdid());
      await untilEdid(world, 512);
    },
    "there is room for one block of EDID": async (world) => {
      await passes(world, "one block of EDID", async () => {
        await world.vivid.setEdidBlocksMax(1);
        await world.vivid.setSignal("unlocked");
        await world.vivid.setSignal("current");
      });
      await untilEdid(world, 256);
    },
    "frames are numbered over the end": async (world) => {
      await passes(world, "sequence wraps", async () => {
        await world.vivid.wrapSequence(true);
        await world.vivid.setSignal("unlocked");
        await world.vivid.setSignal("current");
      });
      await world.vivid.wrapSequence(false);
    },
    "another mode: the snapshot has its size": async ({ vivid, linkrd }) => {
      for (const [preset, size] of [
        ["1024x768p60", "1024x768"],
        ["640x480p59", "640x480"],
      ] as const) {
        const begun = performance.now();
        await vivid.sendTimings(preset);
        await until(`a picture of ${size}`, RECOVERY_SECONDS_MAX, async () => {
          const { status, headers } = await linkrd.curl("/api/public/snapshot");
          return status === 200 && headers.get("x-frame-size") === size ? true : undefined;
        });
        const took = ((performance.now() - begun) / 1000).toFixed(1);
        process.stdout.write(`state mode change to ${size}: a picture after ${took} s\n`);
      }
    },
  },
);

export const cable = group(
  "signal, one HDMI input, 640×360",
  () => open("/dev/video0", [640, 360]),
  { "no cable": signalOf("none", "no cable") },
);
