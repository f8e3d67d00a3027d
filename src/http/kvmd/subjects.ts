/** What /api/ws tells, one row a subject. Who builds one more puts it here. */
import type { Arbiter } from "../../control/arbiter.ts";
import { ABSENT } from "./absent.ts";
import type { HidPanel } from "./hid-state.ts";
import { INFO_FIELDS, type InfoParts, infoOf } from "./info.ts";
import type { StreamerPanel } from "./streamer-state.ts";
import type { Subject } from "./topic.ts";

export interface SubjectParts extends InfoParts {
  readonly arbiter: Arbiter;
}

/** What a person watches: lights of the keyboard, who is in control. */
const SOON_MS = 200;
const INFO_MS = 5000;
const VIDEO_MS = 1000;

export function subjectsOf(
  parts: SubjectParts,
  panel: HidPanel,
  streamer: StreamerPanel,
): readonly Subject[] {
  const absent = Object.entries(ABSENT).map(([name, state]) => ({ name, read: () => state }));
  return [
    ...absent,
    { name: "hid", everyMs: SOON_MS, read: () => panel.state },
    { name: "hid_keymaps", everyMs: INFO_MS, read: () => panel.keymaps },
    { name: "streamer", everyMs: VIDEO_MS, read: () => streamer.state },
    { name: "ocr", everyMs: INFO_MS, read: () => streamer.ocr() },
    { name: "info", everyMs: INFO_MS, isSplit: true, read: () => infoAt(parts) },
    { name: "control", everyMs: SOON_MS, read: () => controlOf(parts.arbiter) },
  ];
}

async function infoAt(parts: InfoParts) {
  const read = INFO_FIELDS.map(async (field) => [field, await infoOf(field, parts)] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** linkrd's own: whoever may not type now, and why. GET /api/lease tells more. */
function controlOf({ state: { holder, isPersonActive } }: Arbiter) {
  return { holder: holder?.kind ?? null, person_active: isPersonActive };
}
