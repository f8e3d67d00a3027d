/** Redfish, at both of kvmd's addresses: what there is of it without power buttons and media. */
import { expect } from "bun:test";
import type { Row } from "./row.ts";

const ATX = ["AtxDisabledError", "ATX is disabled"] as const;
const MSD = ["MsdDisabledError", "MSD is disabled"] as const;
const RESETS = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "ForceOn", "PushPowerButton"];

/** Documents have no envelope, and each tells its own address, which is not the one below /api. */
function document(path: string, members: Readonly<Record<string, unknown>>): readonly Row[] {
  return [path, `/api${path}`].map((address) => ({
    section: `${address}`,
    path: address,
    check: ({ json }) => expect(json).toMatchObject({ "@odata.id": path, ...members }),
  }));
}

/** What it lists: links, by the last part of their paths. */
function listed(path: string, ...names: readonly string[]): Readonly<Record<string, unknown>> {
  const links = names.map((name) => ({ "@odata.id": `${path}/${name}` }));
  return { Members: links, "Members@odata.count": links.length };
}

const SYSTEMS = "/redfish/v1/Systems";
const MANAGERS = "/redfish/v1/Managers";
const MEDIA = `${MANAGERS}/BMC/VirtualMedia`;

const SYSTEM = {
  Id: "0",
  // Nobody watches the host's lights: neither on nor off.
  PowerState: null,
  Actions: { "#ComputerSystem.Reset": { "ResetType@Redfish.AllowableValues": RESETS } },
};

const DRIVE = {
  Id: "MSD",
  Image: null,
  Inserted: null,
  Oem: { PiKVM: { MsdEnabled: false, MsdOnline: false, MsdBusy: false } },
};

function post(path: string, body: unknown, error: readonly [string, string]): Row {
  const what = { method: "POST", path, body: JSON.stringify(body) } as const;
  return { section: `${path} ${what.body}`, ...what, status: 400, error };
}

export const REDFISH_ROWS: readonly Row[] = [
  ...document("/redfish/v1", {
    Systems: { "@odata.id": SYSTEMS },
    Managers: { "@odata.id": MANAGERS },
  }),
  { section: "its root is for everybody", path: "/redfish/v1", as: "nobody" },
  { section: "what is below it is not", path: SYSTEMS, as: "nobody", status: 401 },
  ...document(SYSTEMS, listed(SYSTEMS)),
  ...document(`${SYSTEMS}/0`, SYSTEM),
  ...document(MANAGERS, listed(MANAGERS, "BMC")),
  ...document(`${MANAGERS}/BMC`, { Id: "BMC", VirtualMedia: { "@odata.id": MEDIA } }),
  ...document(MEDIA, listed(MEDIA, "MSD")),
  ...document(`${MEDIA}/MSD`, DRIVE),
  {
    section: "another host is none",
    path: `${SYSTEMS}/1`,
    status: 400,
    error: ["HttpError", "Missing or invalid Server ID"],
  },
  post(`${SYSTEMS}/0/Actions/ComputerSystem.Reset`, { ResetType: "On" }, ATX),
  ...["PowerCycle", "on", undefined].map((ResetType) => {
    const error = ["HttpError", "Missing or invalid ResetType"] as const;
    return post(`${SYSTEMS}/0/Actions/ComputerSystem.Reset`, { ResetType }, error);
  }),
  post(`${MEDIA}/MSD/Actions/VirtualMedia.InsertMedia`, { Image: "a.iso" }, MSD),
  post(`${MEDIA}/MSD/Actions/VirtualMedia.EjectMedia`, {}, MSD),
];
