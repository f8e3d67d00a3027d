/**
 * DMTF's Redfish (DSP0266), as kvmd has it of a device without power buttons and virtual media: a
 * service that says so, in the documents that its clients look for. Other than kvmd's, the power of
 * a host that nobody watches is unknown instead of off, and a reset that does nothing is refused.
 */
import type { Context } from "hono";
import { readJson } from "../body.ts";
import type { RouteDoc } from "../doc.ts";
import type { Env, Route } from "../route.ts";
import { ABSENT, noAtx, noMsd } from "./absent.ts";
import { KvmdFault, kvmd, kvmdDocument } from "./dialect.ts";

const ROOT = "/redfish/v1";
const SYSTEMS = `${ROOT}/Systems`;
/** kvmd's name of the machine that it is wired to. */
const SYSTEM_ID = "0";
const SYSTEM = `${SYSTEMS}/${SYSTEM_ID}`;
const RESET = "Actions/ComputerSystem.Reset";
const RESETS = [
  ...["On", "ForceOff", "GracefulShutdown", "ForceRestart", "ForceOn", "PushPowerButton"],
] as const;
const MANAGERS = `${ROOT}/Managers`;
const MANAGER = `${MANAGERS}/BMC`;
const MEDIA = `${MANAGER}/VirtualMedia`;
const DRIVE = `${MEDIA}/MSD`;
const INSERT = `${DRIVE}/Actions/VirtualMedia.InsertMedia`;
const EJECT = `${DRIVE}/Actions/VirtualMedia.EjectMedia`;

type Document = Readonly<Record<string, unknown>>;

const link = (id: string) => ({ "@odata.id": id });

function collection(id: string, type: string, name: string, members: readonly string[]): Document {
  return {
    ...link(id),
    "@odata.type": `#${type}.${type}`,
    Name: name,
    Members: members.map(link),
    "Members@odata.count": members.length,
  };
}

const ROOT_DOCUMENT = {
  ...link(ROOT),
  "@odata.type": "#ServiceRoot.v1_6_0.ServiceRoot",
  Id: "RootService",
  Name: "Root Service",
  RedfishVersion: "1.6.0",
  Systems: link(SYSTEMS),
  Managers: link(MANAGERS),
};

const SYSTEM_DOCUMENT = {
  ...link(SYSTEM),
  "@odata.type": "#ComputerSystem.v1_10_0.ComputerSystem",
  Id: SYSTEM_ID,
  Name: "Host",
  PowerState: null,
  Actions: {
    "#ComputerSystem.Reset": {
      target: `${SYSTEM}/${RESET}`,
      "ResetType@Redfish.AllowableValues": RESETS,
    },
  },
};

/** By path. */
const DOCUMENTS: Readonly<Record<string, Document>> = {
  // What there is to power: none.
  [SYSTEMS]: collection(SYSTEMS, "ComputerSystemCollection", "Computer System Collection", []),
  [MANAGERS]: collection(MANAGERS, "ManagerCollection", "Manager Collection", [MANAGER]),
  [MANAGER]: {
    ...link(MANAGER),
    "@odata.type": "#Manager.v1_15_0.Manager",
    Id: "BMC",
    Name: "linkrd",
    ManagerType: "BMC",
    VirtualMedia: link(MEDIA),
  },
  [MEDIA]: collection(MEDIA, "VirtualMediaCollection", "Virtual Media Collection", [DRIVE]),
  [DRIVE]: {
    ...link(DRIVE),
    "@odata.type": "#VirtualMedia.v1_4_0.VirtualMedia",
    Id: "MSD",
    Name: "Virtual CD/DVD/Flash Drive",
    MediaTypes: ["USBStick", "CD", "DVD"],
    Image: null,
    ImageName: null,
    ConnectedVia: null,
    Inserted: null,
    WriteProtected: null,
    Oem: {
      PiKVM: {
        "@odata.type": "#PiKVMVirtualMedia.v1_0_0.PiKVMVirtualMedia",
        MsdEnabled: ABSENT.msd.enabled,
        MsdOnline: ABSENT.msd.online,
        MsdBusy: ABSENT.msd.busy,
        DriveOptical: null,
      },
    },
    Actions: {
      "#VirtualMedia.InsertMedia": { target: INSERT, "Image@Redfish.AllowableValues": ["URI"] },
      "#VirtualMedia.EjectMedia": { target: EJECT },
    },
  },
};

const TAG = {
  tag: "PiKVM",
  answers: { 200: { about: "The document.", types: ["application/json"] } },
} as const;
const ID = { path: { id: { type: "string" } } } as const;
const BODY = { body: { types: ["application/json"], schema: { type: "object" } } } as const;

/** Each at the address that Redfish wants, and below /api, where kvmd has it as well. */
export function redfishRoutes(): readonly Route[] {
  const rows: readonly Route[] = [
    row("GET", ROOT, "open", { ...TAG, summary: "Redfish: service root" }, () => ROOT_DOCUMENT),
    ...Object.entries(DOCUMENTS).map(([path, document]) => {
      const summary = `Redfish: ${document["Name"]}`;
      return row("GET", path, "info", { ...TAG, summary }, () => document);
    }),
    row("GET", `${SYSTEMS}/:id`, "info", { ...TAG, ...ID, summary: "Redfish: the host" }, system),
    row("POST", `${SYSTEMS}/:id/${RESET}`, "power", refused("reset", { ...ID, ...BODY }), reset),
    row("POST", INSERT, "media", refused("insert media", BODY), () => Promise.reject(noMsd())),
    row("POST", EJECT, "media", refused("eject media"), () => Promise.reject(noMsd())),
  ];
  return rows.flatMap((route) => [route, { ...route, path: `/api${route.path}`, doc: "alias" }]);
}

function row(
  method: "GET" | "POST",
  path: string,
  access: Route["access"],
  doc: RouteDoc,
  find: (context: Context<Env>) => Document | Promise<Document>,
): Route {
  const handler = async (context: Context<Env>) => kvmdDocument(await find(context));
  return { method, path, access, dialect: kvmd, doc, handler };
}

/** @param more of its document */
function refused(action: string, more: Partial<RouteDoc> = {}): RouteDoc {
  return {
    ...more,
    tag: "PiKVM",
    summary: `Redfish: ${action}`,
    answers: {},
    faults: ["bad_request"],
  };
}

function system(context: Context<Env>): Document {
  if (context.req.param("id") === SYSTEM_ID) return SYSTEM_DOCUMENT;
  throw new KvmdFault("HttpError", "Missing or invalid Server ID");
}

async function reset(context: Context<Env>): Promise<Document> {
  system(context);
  const body = await readJson(context.req.raw);
  const type = typeof body === "object" && body !== null && Reflect.get(body, "ResetType");
  const isKnown = RESETS.some((known) => known === type);
  throw isKnown ? noAtx() : new KvmdFault("HttpError", "Missing or invalid ResetType");
}
