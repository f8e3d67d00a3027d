import type { Group } from "./check.ts";
import { autoBehindBridge, behindBridge } from "./checks/bridge.ts";
import {
  auto,
  formats,
  formatsMultiPlanar,
  multiPlanar,
  noDevice,
  singlePlanar,
  television,
} from "./checks/capture.ts";
import { cutOff } from "./checks/cut-off.ts";
import { firmware } from "./checks/firmware.ts";
import { gadget } from "./checks/gadget.ts";
import { keyboard } from "./checks/keyboard.ts";
import { layouts } from "./checks/layouts.ts";
import { machinery } from "./checks/machinery.ts";
import { mouse } from "./checks/mouse.ts";
import { cable, signal } from "./checks/signal.ts";
import { typing } from "./checks/typing.ts";
import { crashed, unplugged } from "./checks/unplugged.ts";

/** In the order in which they run. The last two pull all of vivid's devices. */
export const GROUPS: readonly Group[] = [
  machinery,
  television,
  formatsMultiPlanar,
  multiPlanar,
  formats,
  cable,
  signal,
  auto,
  behindBridge,
  noDevice,
  gadget,
  keyboard,
  layouts,
  mouse,
  firmware,
  typing,
  cutOff,
  unplugged,
  crashed,
  singlePlanar,
  autoBehindBridge,
];
