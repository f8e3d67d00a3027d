/**
 * The gadget as a tree of configfs, made and unmade by the steps of the kernel's
 * Documentation/usb/gadget_configfs.rst. Directories are made and removed; their files, the
 * attributes, come and go with them.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ENDPOINTS, type Endpoint, HID_FUNCTIONS } from "./descriptors.ts";

const CONFIGURATION = "configs/c.1";
const ENGLISH = "strings/0x409";
const SERIAL = join(ENGLISH, "serialnumber");

/**
 * f_hid makes `report_length` the packet size of the endpoint, and newer kernels send an empty
 * packet after a report that fills one: half of the host's polls are lost to it, and firmware that
 * looks at no length takes it for a report. A packet that no report fills needs none. SeaBIOS takes
 * no more than 16 bytes from a keyboard, and 8 from a mouse.
 */
const MARGIN_BYTES = 1;

type Attribute = readonly [path: string, value: string | Uint8Array];

/**
 * Written as the kernel prints them, so that reading one tells whether it is set. There is no
 * bcdUSB among them, because the kernel fills it in by speed.
 */
const ATTRIBUTES: readonly Attribute[] = [
  // "Linux Foundation", "Multifunction Composite Gadget": what gadgets without a vendor id use.
  ["idVendor", "0x1d6b"],
  ["idProduct", "0x0104"],
  ["bcdDevice", "0x0100"],
  [join(ENGLISH, "manufacturer"), "linkrd"],
  [join(ENGLISH, "product"), "keyboard and mouse"],
  [join(CONFIGURATION, ENGLISH, "configuration"), "keyboard, pointer, mouse, media keys"],
  // Bit 7 is always set; bit 5: may wake a sleeping host.
  [join(CONFIGURATION, "bmAttributes"), "0xa0"],
  // Milliamperes; what any hub port gives, also one without power of its own.
  [join(CONFIGURATION, "MaxPower"), "100"],
  ...ENDPOINTS.flatMap((endpoint): readonly Attribute[] => {
    const { subclass, protocol, reportLength, descriptor } = HID_FUNCTIONS[endpoint];
    return [
      [join(functionOf(endpoint), "subclass"), `${subclass}`],
      [join(functionOf(endpoint), "protocol"), `${protocol}`],
      [join(functionOf(endpoint), "report_length"), `${reportLength + MARGIN_BYTES}`],
      [join(functionOf(endpoint), "report_desc"), descriptor],
    ];
  }),
];

/** Set where the kernel has them. */
const OPTIONAL_ATTRIBUTES: readonly Attribute[] = ENDPOINTS.flatMap((endpoint) => [
  // LEDs then come by SET_REPORT, the only way of a BIOS: f_hid refuses it beside an OUT endpoint.
  [join(functionOf(endpoint), "no_out_endpoint"), "1"] as const,
  // In kernels of KVM vendors: a report wakes the host.
  [join(functionOf(endpoint), "wakeup_on_write"), "1"] as const,
]);

function functionOf(endpoint: Endpoint): string {
  return join("functions", `hid.${endpoint}`);
}

function linkOf(endpoint: Endpoint): string {
  return join(CONFIGURATION, `hid.${endpoint}`);
}

/** The name of the UDC that the gadget at `root` is bound to, or "". */
export function boundUdc(root: string): string {
  return readIfThere(join(root, "UDC"));
}

/** Makes the gadget at `root`, which must not exist, but for binding it to a UDC. */
export function build(root: string, serial: string): void {
  mkdirSync(root);
  mkdirSync(join(root, ENGLISH));
  mkdirSync(join(root, CONFIGURATION));
  mkdirSync(join(root, CONFIGURATION, ENGLISH));
  for (const endpoint of ENDPOINTS) mkdirSync(join(root, functionOf(endpoint)));
  for (const [path, value] of ATTRIBUTES) writeFileSync(join(root, path), value);
  writeFileSync(join(root, SERIAL), serial);
  for (const [path, value] of OPTIONAL_ATTRIBUTES) {
    if (existsSync(join(root, path))) writeFileSync(join(root, path), value);
  }
  for (const endpoint of ENDPOINTS) {
    symlinkSync(join(root, functionOf(endpoint)), join(root, linkOf(endpoint)));
  }
}

/** Whether the gadget at `root` is exactly what `build` makes. */
export function isWhole(root: string, serial: string): boolean {
  const optional = OPTIONAL_ATTRIBUTES.filter(([path]) => existsSync(join(root, path)));
  return (
    ENDPOINTS.every((endpoint) => existsSync(join(root, linkOf(endpoint)))) &&
    directories(join(root, "functions")).length === ENDPOINTS.length &&
    isSet(join(root, SERIAL), serial) &&
    [...ATTRIBUTES, ...optional].every(([path, value]) => isSet(join(root, path), value))
  );
}

/** Unmakes whatever is at `root`, whole or half made, in the order that the kernel asks for. */
export function dismantle(root: string): void {
  // Unbinding what is not bound is ENODEV, and an empty string would not reach the kernel at all.
  if (boundUdc(root) !== "") writeFileSync(join(root, "UDC"), "\n");
  for (const configuration of directories(join(root, "configs"))) {
    for (const entry of readdirSync(configuration, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) unlinkSync(join(configuration, entry.name));
    }
    for (const strings of directories(join(configuration, "strings"))) rmdirSync(strings);
    rmdirSync(configuration);
  }
  for (const path of directories(join(root, "functions"))) rmdirSync(path);
  for (const path of directories(join(root, "strings"))) rmdirSync(path);
  rmdirSync(root);
}

/** The device nodes of the functions: f_hid numbers them by the minor that it shows in `dev`. */
export function nodes(root: string): Readonly<Record<Endpoint, string>> {
  const node = (endpoint: Endpoint) => {
    const [, minor] = readFileSync(join(root, functionOf(endpoint), "dev"), "latin1").split(":");
    return `/dev/hidg${Number(minor)}`;
  };
  return {
    keyboard: node("keyboard"),
    pointer: node("pointer"),
    mouse: node("mouse"),
    consumer: node("consumer"),
  };
}

/** The text of an attribute without its line end, or "" if there is none. */
export function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "latin1").trim() : "";
}

/** Paths of the directories in `path`; none if it is not there. */
export function directories(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

function isSet(path: string, value: string | Uint8Array): boolean {
  if (!existsSync(path)) return false;
  const found = readFileSync(path);
  if (typeof value === "string") return found.toString("latin1").trimEnd() === value;
  return found.equals(value);
}
