/** Keyboard and mouse as PiKVM's clients use them, through the same arbiter as everything else. */
import type { Context } from "hono";
import type { Batch } from "../control/events.ts";
import {
  BUTTON_NAMES,
  buttonOf,
  DELTA,
  KEY_NAMES,
  keyEvents,
  moveEvent,
  nudgeEvent,
  POSITION,
  shortcutEvents,
  usageOf,
  wheelEvent,
} from "../control/kvmd.ts";
import { kvmd, kvmdReply } from "./kvmd.ts";
import type { HidPanel, HidParts } from "./kvmd-hid-state.ts";
import { print } from "./kvmd-print.ts";
import { whileCredentialHolds } from "./lasting.ts";
import { partyOf } from "./lease.ts";
import type { Env, Route } from "./route.ts";
import { invalid, validBool, validClamped, validList, validOneOf, whenGiven } from "./validate.ts";

type Query = (name: string) => string | undefined;

/**
 * What each of the event routes does, from its parameters. It is answered when the host has taken
 * it, and refused with 503 when no host does, where kvmd says yes and forgets it.
 */
const EVENTS: Readonly<Record<string, (query: Query) => Batch>> = {
  send_shortcut: (query) => shortcutEvents(validList(query("keys"), "string list", validKey)),
  send_key: (query) => {
    const usage = validKey(query("key"));
    if (query("state") === undefined) return keyEvents(usage, true, true);
    const pressed = validBool(query("state"));
    return keyEvents(usage, pressed, whenGiven(query("finish"), false, validBool));
  },
  send_mouse_button: (query) => {
    const button = buttonOf(validOneOf(query("button"), "Mouse button", BUTTON_NAMES)) ?? 0;
    const event = (pressed: boolean) => ({ kind: "button", button, pressed }) as const;
    const state = query("state");
    return state === undefined ? [event(true), event(false)] : [event(validBool(state))];
  },
  send_mouse_move: (query) => {
    const at = (name: string) =>
      validClamped(query(name), "Mouse move", POSITION.min, POSITION.max);
    return [moveEvent(at("to_x"), at("to_y"))];
  },
  send_mouse_relative: (query) => [nudgeEvent(validDelta(query))],
  send_mouse_wheel: (query) => [wheelEvent(validDelta(query))],
};

/** The routes of /api/hid. Who may see the screen, or the device, may see the state too. */
export function hidRoutes(parts: HidParts, panel: HidPanel): readonly Route[] {
  const { runner } = parts;
  const sees = { method: "GET", access: ["info", "view", "control"], dialect: kvmd } as const;
  const does = { method: "POST", access: "control", dialect: kvmd } as const;
  const events = Object.entries(EVENTS).map(([name, batchOf]): Route => {
    const path = `/api/hid/events/${name}`;
    return { ...does, path, handler: (context) => act(parts, context, batchOf(queryOf(context))) };
  });
  return [
    { ...sees, path: "/api/hid", handler: () => kvmdReply(panel.state) },
    { ...sees, path: "/api/hid/keymaps", handler: () => kvmdReply(panel.keymaps) },
    {
      ...sees,
      path: "/api/hid/inactivity",
      handler: () => kvmdReply({ inactivity: Math.floor(runner.idleSeconds) }),
    },
    { ...does, path: "/api/hid/set_params", handler: (context) => setParams(panel, context) },
    {
      ...does,
      path: "/api/hid/set_connected",
      // A gadget cannot play unplugged, as `connected: null` says; kvmd checks and does nothing.
      handler: ({ req }) => {
        validBool(req.query("connected"));
        return kvmdReply({});
      },
    },
    {
      ...does,
      path: "/api/hid/reset",
      handler: (context) => act(parts, context, [{ kind: "release" }]),
    },
    { ...does, path: "/api/hid/print", handler: (context) => print(parts, context) },
    ...events,
  ];
}

async function act(parts: HidParts, context: Context<Env>, batch: Batch): Promise<Response> {
  const { arbiter, authority } = parts;
  const asker = { party: partyOf(authority, context.var.identity), waitMs: 0 };
  context.env.unhurried();
  return await whileCredentialHolds(authority, context, async (signal) => {
    await arbiter.run(batch, asker, signal);
    return kvmdReply({});
  });
}

const KEYBOARD_OUTPUTS = ["usb", "ps2", "disabled"] as const;
const MOUSE_OUTPUTS = ["usb", "usb_win98", "usb_rel", "ps2", "disabled"] as const;

function setParams(panel: HidPanel, context: Context<Env>): Response {
  const query = queryOf(context);
  const given = <Value>(name: string, valid: (raw: string) => Value): Value | undefined =>
    whenGiven<Value | undefined>(query(name), undefined, valid);
  given("keyboard_output", (raw) => validOneOf(raw, "Keyboard output", KEYBOARD_OUTPUTS));
  panel.switch({
    mouseOutput: given("mouse_output", (raw) => validOneOf(raw, "Mouse output", MOUSE_OUTPUTS)),
    jiggler: given("jiggler", validBool),
  });
  return kvmdReply({});
}

function queryOf({ req }: Context<Env>): Query {
  return (name) => req.query(name);
}

/** The usage of a key by its name. */
function validKey(raw: string | undefined): number {
  const name = validOneOf(raw, "Keyboard key", KEY_NAMES, true);
  const usage = usageOf(name);
  if (usage === undefined) throw invalid(name, "Keyboard key");
  return usage;
}

function validDelta(query: Query): { readonly x: number; readonly y: number } {
  const along = (name: string) => validClamped(query(name), "Mouse delta", DELTA.min, DELTA.max);
  return { x: along("delta_x"), y: along("delta_y") };
}
