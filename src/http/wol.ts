import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Context } from "hono";
import { array, type InferOutput, number, object, optional, strictObject, string } from "valibot";
import { Fault } from "../base/fault.ts";
import { parseMac } from "../base/mac.ts";
import { nearest } from "../base/nearest.ts";
import { broadcastAddresses, sendMagicPacket, WAKE_PORT } from "../control/wake-on-lan.ts";
import type { RouteDoc } from "./doc.ts";
import { problem } from "./problem.ts";
import type { Env, Route } from "./route.ts";
import { readObject } from "./shape.ts";

/** A machine that linkrd.toml has a name for. */
export interface SavedMachine {
  readonly name: string;
  readonly mac: string;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

export interface WolParts {
  /** [[wol]] of the settings; asked anew each time. */
  readonly machines: () => readonly SavedMachine[];
}

const WISH = strictObject({
  name: optional(string()),
  mac: optional(string()),
  address: optional(string()),
  port: optional(number()),
});

const wolDoc = {
  tag: "Device",
  summary: "Wake another machine",
  about:
    "Sends a Wake-on-LAN packet to `mac`, or to the machine that linkrd.toml has by `name`: to " +
    "`address` and `port`, or to the broadcast address of each network of this device.",
  body: WISH,
  answers: {
    200: {
      about: "Where it was sent. Whether the machine wakes, nobody is told.",
      json: object({ mac: string(), addresses: array(string()), port: number() }),
    },
  },
  faults: ["conflict"],
} as const satisfies RouteDoc;

const MACHINES = object({ machines: array(object({ name: string(), mac: string() })) });
/** The machines that linkrd.toml has a name for. */
export type Machines = InferOutput<typeof MACHINES>;
const machinesDoc = {
  tag: "Device",
  summary: "Machines that can be woken by name",
  answers: { 200: { about: "Those of linkrd.toml, under `[[wol]]`.", json: MACHINES } },
} as const satisfies RouteDoc;

export function wolRoutes(parts: WolParts): readonly Route[] {
  const shared = { path: "/api/wol", access: "power", dialect: problem } as const;
  return [
    {
      ...shared,
      method: "GET",
      doc: machinesDoc,
      handler: () => {
        const machines = parts.machines().map(({ name, mac }) => ({ name, mac }));
        return Response.json({ machines } satisfies Machines);
      },
    },
    { ...shared, method: "POST", doc: wolDoc, handler: wolHandler(parts) },
  ];
}

/**
 * POST /api/wol: wakes a machine by its MAC address, or by its name in linkrd.toml, and answers
 * when the packet was sent, to which addresses. Without an `address` it is broadcast in each
 * network of this device.
 */
function wolHandler({ machines }: WolParts) {
  return async (context: Context<Env>): Promise<Response> => {
    const wish = await readObject(context.req.raw, wolDoc.body);
    const saved = machineOf(wish, machines());
    const mac = parseMac(saved.mac);
    if (mac === undefined) throw refused("mac", "give one such as 00:11:22:aa:bb:cc");
    const { address = saved.address, port = saved.port ?? WAKE_PORT } = wish;
    if (address !== undefined && isIP(address) === 0)
      throw refused("address", "give an IP address");
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw refused("port", "give a whole number from 1 to 65535");
    }
    const addresses = address === undefined ? broadcastAddresses(networkInterfaces()) : [address];
    if (addresses.length === 0) {
      throw new Fault("conflict", "no network to broadcast in: plug one in, or give an address");
    }
    for (const each of addresses) await sendMagicPacket(mac, each, port);
    return Response.json({ mac: mac.toHex().replace(/..(?=.)/g, "$&:"), addresses, port });
  };
}

function machineOf(
  { name, mac }: { readonly name?: string | undefined; readonly mac?: string | undefined },
  machines: readonly SavedMachine[],
): SavedMachine {
  if (mac !== undefined) {
    if (name !== undefined) throw refused("name", "give a name or a mac, not both");
    return { name: "", mac };
  }
  if (name === undefined) throw refused("mac", "give it, or the name of a machine of linkrd.toml");
  const found = machines.find((machine) => machine.name === name);
  if (found !== undefined) return found;
  const names = machines.map((machine) => machine.name);
  const meant = nearest(name, names);
  const remedy =
    meant === undefined ? "add it to linkrd.toml as [[wol]]" : `did you mean ${meant}?`;
  throw refused("name", `no machine of this name is known: ${remedy}`);
}

function refused(key: string, remedy: string): Fault {
  return new Fault("bad_request", `${key}: ${remedy}`, { details: { key } });
}
