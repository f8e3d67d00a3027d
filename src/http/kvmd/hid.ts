/** Keyboard and mouse as PiKVM's clients use them, through the same arbiter as everything else. */
import type { Context } from "hono";
import { Fault } from "../../base/fault.ts";
import type { Batch } from "../../control/events.ts";
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
} from "../../control/kvmd.ts";
import type { RouteDoc } from "../doc.ts";
import { whileCredentialHolds } from "../lasting.ts";
import { partyOf } from "../lease.ts";
import { type Parameter, type Parameters, type Query, readLooseQuery } from "../query.ts";
import type { Env, Route } from "../route.ts";
import { kvmd, kvmdReply } from "./dialect.ts";
import { type HidPanel, type HidParts, inactivityDoc, keymapsDoc, stateDoc } from "./hid-state.ts";
import { print, printDoc } from "./print.ts";
import { ACTING, actionDoc, bool, clamped, list, oneOf, optional, required } from "./query.ts";
import { invalid, validOneOf } from "./validate.ts";

interface EventRoute {
  readonly doc: RouteDoc;
  readonly batchOf: (url: string) => Batch;
}

const KEY = required("Name of the key.", { enum: KEY_NAMES }, validKey);
const STATE = optional(bool("Pressed; without it, pressed and let go."), undefined);
const DELTAS = { delta_x: delta("To the right."), delta_y: delta("Down; of a wheel, up.") };

/**
 * What each of the event routes does, from its parameters. It is answered when the host has taken
 * it, and refused with 503 when no host does, where kvmd says yes and forgets it.
 */
const EVENTS: Readonly<Record<string, EventRoute>> = {
  send_shortcut: event(
    "Press keys together",
    { keys: list("Names of the keys, in order.", "string list", validKey) },
    ({ keys }) => shortcutEvents(keys),
  ),
  send_key: event(
    "Press a key, or let it go",
    {
      key: KEY,
      state: STATE,
      finish: optional(bool("Let go at once, unless it is a modifier."), false),
    },
    ({ key, state, finish }) => keyEvents(key, state ?? true, state === undefined || finish),
  ),
  send_mouse_button: event(
    "Press a button, or let it go",
    { button: oneOf("Which.", "Mouse button", BUTTON_NAMES), state: STATE },
    ({ button: name, state }) => {
      const button = buttonOf(name) ?? 0;
      const set = (pressed: boolean) => ({ kind: "button", button, pressed }) as const;
      return state === undefined ? [set(true), set(false)] : [set(state)];
    },
  ),
  send_mouse_move: event(
    "Move to a place",
    { to_x: place("From the middle to the right."), to_y: place("From the middle down.") },
    ({ to_x, to_y }) => [moveEvent(to_x, to_y)],
  ),
  send_mouse_relative: event("Move by a distance", DELTAS, ({ delta_x, delta_y }) => {
    return [nudgeEvent({ x: delta_x, y: delta_y })];
  }),
  send_mouse_wheel: event("Turn the wheels", DELTAS, ({ delta_x, delta_y }) => {
    return [wheelEvent({ x: delta_x, y: delta_y })];
  }),
};

function event<Known extends Parameters>(
  summary: string,
  query: Known,
  batchOf: (query: Query<Known>) => Batch,
): EventRoute {
  const doc = actionDoc(summary, query, ACTING);
  return { doc, batchOf: (url) => batchOf(readLooseQuery(url, query)) };
}

function place(about: string): Parameter<number> {
  return clamped(about, "Mouse move", POSITION.min, POSITION.max);
}

function delta(about: string): Parameter<number> {
  return clamped(about, "Mouse delta", DELTA.min, DELTA.max);
}

const paramsDoc = actionDoc("Choose the mouse, or switch the jiggler", {
  keyboard_output: optional(
    oneOf("Left as it is.", "Keyboard output", ["usb", "ps2", "disabled"]),
    undefined,
  ),
  mouse_output: optional(
    oneOf("`usb` is absolute, `usb_rel` relative.", "Mouse output", [
      "usb",
      "usb_win98",
      "usb_rel",
      "ps2",
      "disabled",
    ]),
    undefined,
  ),
  jiggler: optional(bool("Move the pointer a little when nobody does."), undefined),
});
const connectedDoc = actionDoc(
  "Plug the USB gadget in or out",
  { connected: bool("Nothing is done where `connected` of the state is null.") },
  ACTING,
);
const resetDoc = actionDoc("Let go of everything", {}, ACTING);

/** The routes of /api/hid. Who may see the screen, or the device, may see the state too. */
export function hidRoutes(parts: HidParts, panel: HidPanel): readonly Route[] {
  const { runner } = parts;
  const sees = { method: "GET", access: ["info", "view", "control"], dialect: kvmd } as const;
  const does = { method: "POST", access: "control", dialect: kvmd } as const;
  const events = Object.entries(EVENTS).map(([name, { doc, batchOf }]): Route => {
    const path = `/api/hid/events/${name}`;
    const handler = (context: Context<Env>) => act(parts, context, batchOf(context.req.url));
    return { ...does, path, doc, handler };
  });
  return [
    { ...sees, path: "/api/hid", doc: stateDoc, handler: () => kvmdReply(panel.state) },
    { ...sees, path: "/api/hid/keymaps", doc: keymapsDoc, handler: () => kvmdReply(panel.keymaps) },
    {
      ...sees,
      path: "/api/hid/inactivity",
      doc: inactivityDoc,
      handler: () => kvmdReply({ inactivity: Math.floor(runner.idleSeconds) }),
    },
    {
      ...does,
      path: "/api/hid/set_params",
      doc: paramsDoc,
      handler: ({ req }) => {
        const { mouse_output, jiggler } = readLooseQuery(req.url, paramsDoc.query);
        panel.switch({ mouseOutput: mouse_output, jiggler });
        return kvmdReply({});
      },
    },
    {
      ...does,
      path: "/api/hid/set_connected",
      doc: connectedDoc,
      handler: (context) => setConnected(parts, panel, context),
    },
    {
      ...does,
      path: "/api/hid/reset",
      doc: resetDoc,
      handler: (context) => act(parts, context, [{ kind: "release" }]),
    },
    { ...does, path: "/api/hid/print", doc: printDoc, handler: (context) => print(parts, context) },
    ...events,
  ];
}

/** Whoever may not type now may not pull the cable either; a host that sleeps is no obstacle. */
async function setConnected(
  parts: HidParts,
  panel: HidPanel,
  context: Context<Env>,
): Promise<Response> {
  const { connected } = readLooseQuery(context.req.url, connectedDoc.query);
  if (panel.state.connected === null) return kvmdReply({});
  await act(parts, context, [{ kind: "release" }]).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== "no_hid") throw error;
  });
  panel.connect(connected);
  return kvmdReply({});
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

/** The usage of a key by its name. */
function validKey(raw: string | undefined): number {
  const name = validOneOf(raw, "Keyboard key", KEY_NAMES, true);
  const usage = usageOf(name);
  if (usage === undefined) throw invalid(name, "Keyboard key");
  return usage;
}
