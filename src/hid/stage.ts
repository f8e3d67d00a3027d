/**
 * What stands between a report and the host, by its physical name: part of the API, as video's are.
 */
export const HID_STAGES = {
  "no gadget": "no USB gadget: make it with `linkrd gadget up`, as root",
  unplugged:
    "the USB gadget is unplugged: plug it in by PiKVM's set_connected, or with `linkrd gadget up`",
  "no permission": "the USB gadget may not be opened: run linkrd as a member of group linkrd",
  "host off": "the host does not listen: is it on, and the USB cable plugged in?",
  "host asleep": "the host takes no input: it sleeps, or its USB port is suspended",
  failed: "the USB gadget fails: see the log",
} as const;

export type HidStage = keyof typeof HID_STAGES;

/** Why a report did not reach the host. */
export class NotTaken extends Error {
  readonly stage: HidStage;
  readonly detail: string;

  constructor(stage: HidStage, detail: string) {
    super(`${HID_STAGES[stage]} (${detail})`);
    this.name = "NotTaken";
    this.stage = stage;
    this.detail = detail;
  }
}
