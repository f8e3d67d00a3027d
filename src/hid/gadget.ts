/**
 * The USB gadget: what the host sees when the device is plugged into it.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Fault } from "../base/fault.ts";
import type { Endpoint } from "./descriptors.ts";
import {
  boundUdc,
  build,
  directories,
  dismantle,
  isWhole,
  nodes,
  readIfThere,
} from "./gadget-tree.ts";

/** The gadget's directory in configfs. Everything in it is ours to unmake. */
const NAME = "linkrd";

/** Where the system shows what the gadget is made from, and who asks. */
export interface GadgetPlace {
  /** Mount point of configfs. */
  readonly configfs: string;
  /** Directory with one entry for each USB device controller (UDC). */
  readonly udcClass: string;
  /** The table of mounts, as in proc(5). */
  readonly mounts: string;
  /** The file of machine-id(5), from which the gadget has its serial number. */
  readonly machineId: string;
  readonly effectiveUserId: number;
}

export const GADGET_PATHS = {
  configfs: "/sys/kernel/config",
  udcClass: "/sys/class/udc",
  mounts: "/proc/self/mounts",
  machineId: "/etc/machine-id",
} as const;

/** Where the gadget is, if there is one. */
export function gadgetRoot({ configfs }: Pick<GadgetPlace, "configfs">): string {
  return join(configfs, "usb_gadget", NAME);
}

export interface GadgetUp {
  readonly udc: string;
  /** Device nodes that take reports. */
  readonly nodes: Readonly<Record<Endpoint, string>>;
}

/**
 * Makes the gadget and binds it to `udc`; without one, to the UDC that it is bound to already, else
 * to the first. A gadget that is whole and bound stays as it is, also while it is in use; one that
 * is half made or of another version is made anew. After a failure nothing is left behind.
 * @throws Fault `no_access`, `no_hid` or `conflict` that says what is missing or in the way
 */
export function gadgetUp(place: GadgetPlace, udc?: string): GadgetUp {
  checkAccess(place);
  checkConfigfs(place);
  const root = gadgetRoot(place);
  const chosen = chooseUdc(place, udc ?? boundUdc(root));
  checkFree(place, chosen);
  const serial = serialOf(place);
  if (boundUdc(root) !== chosen || !isWhole(root, serial)) {
    if (existsSync(root)) dismantle(root);
    try {
      build(root, serial);
      writeFileSync(join(root, "UDC"), chosen);
    } catch (error) {
      const fault = explain(error, chosen);
      if (existsSync(root)) dismantle(root);
      throw fault;
    }
  }
  return { udc: chosen, nodes: nodes(root) };
}

/**
 * Unbinds the gadget and removes every trace of it. Returns false if there was none.
 * @throws Fault `no_access` without root's rights
 */
export function gadgetDown(place: GadgetPlace): boolean {
  checkAccess(place);
  const root = gadgetRoot(place);
  if (!existsSync(root)) return false;
  dismantle(root);
  return true;
}

function checkAccess({ effectiveUserId }: GadgetPlace): void {
  if (effectiveUserId === 0) return;
  throw new Fault("no_access", "a USB gadget can be made and unmade by root only: use sudo");
}

function checkConfigfs({ configfs, mounts }: GadgetPlace): void {
  if (existsSync(join(configfs, "usb_gadget"))) return;
  const isMounted = readIfThere(mounts)
    .split("\n")
    .map((line) => line.split(" "))
    .some(([, at, type]) => at === configfs && type === "configfs");
  throw new Fault(
    "no_hid",
    isMounted
      ? "the kernel has no USB gadgets yet: run modprobe libcomposite"
      : "the kernel's configfs is not mounted: run " +
          `modprobe libcomposite && mount -t configfs none ${configfs}`,
  );
}

function chooseUdc({ udcClass }: GadgetPlace, wanted: string): string {
  const known = existsSync(udcClass) ? readdirSync(udcClass).sort() : [];
  const [first] = known;
  if (first === undefined) {
    throw new Fault(
      "no_hid",
      "there is no USB device controller (UDC): " +
        "on a Raspberry Pi add dtoverlay=dwc2 to config.txt, on other boards set dr_mode of the " +
        "port to peripheral; to try without one, run modprobe dummy_hcd",
    );
  }
  if (wanted === "") return first;
  if (known.includes(wanted)) return wanted;
  throw new Fault("no_hid", `there is no UDC ${wanted}: choose one of ${known.join(", ")}`);
}

/** Refuses a UDC that another gadget of configfs, or an old gadget module, is bound to. */
function checkFree({ configfs, udcClass }: GadgetPlace, udc: string): void {
  const owner = directories(join(configfs, "usb_gadget")).find((path) => boundUdc(path) === udc);
  if (owner !== undefined) {
    if (basename(owner) === NAME) return;
    const way = `unbind it with: echo > ${join(owner, "UDC")}`;
    throw new Fault("conflict", `the UDC ${udc} is taken by the gadget ${basename(owner)}: ${way}`);
  }
  const driver = readIfThere(join(udcClass, udc, "function"));
  if (driver === "") return;
  const way = `run modprobe -r ${driver}`;
  throw new Fault("conflict", `the UDC ${udc} is taken by the gadget driver ${driver}: ${way}`);
}

/**
 * A serial number of this machine's own, by which a host tells two devices apart and knows one
 * again at another port; "" without a machine id. The id itself stays at home, as machine-id(5)
 * asks.
 */
function serialOf({ machineId }: GadgetPlace): string {
  const id = readIfThere(machineId);
  if (id === "") return "";
  return createHash("sha256").update(`linkrd usb serial ${id}`).digest("hex").slice(0, 16);
}

/** What an error of the kernel means while a gadget is made, by the step that met it. */
function explain(error: unknown, udc: string): Fault {
  const { path = "", code = "" } = isErrno(error) ? error : {};
  const isFunction = path.includes("/functions/hid.");
  if (isFunction && code === "ENOENT") {
    const missing = "the kernel has no HID gadget function";
    return new Fault("no_hid", `${missing}: run modprobe usb_f_hid`, { cause: error });
  }
  if (isFunction && code === "ENODEV") {
    const missing = "the kernel's four HID gadget functions are all in use";
    return new Fault("no_hid", `${missing}: remove those of other gadgets`, { cause: error });
  }
  const problem = `the kernel refused to make the gadget on ${udc}`;
  return new Fault("no_hid", `${problem}: look for its reason in dmesg`, { cause: error });
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
