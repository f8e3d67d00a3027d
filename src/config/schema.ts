/**
 * The keys of linkrd.toml: what each may be, what it is when left out, and the sentence that a
 * value which does not fit is answered with. This table is the only place that states a default.
 */
import { isIP } from "node:net";
import {
  array,
  check,
  custom,
  forward,
  type InferOutput,
  maxLength,
  number,
  type ObjectEntries,
  object,
  optional,
  partialCheck,
  picklist,
  pipe,
  string,
  toLowerCase,
} from "valibot";
import { LAYOUT_NAMES } from "../base/layout-names.ts";
import { LIMITS } from "../base/limits.ts";
import { LEVELS } from "../base/log.ts";
import { parseMac } from "../base/mac.ts";

const NAME = "give up to 32 letters, digits, dots, hyphens and underscores";
const MAC = 'give the address of a network card, such as "00:11:22:aa:bb:cc"';
const ADDRESS = 'give an IP address, such as "192.168.1.255"';
const WOL = "write each machine as a table [[wol]] with name and mac";

/** Each key by its table: the source of {@link SETTINGS} and of the names that `load` suggests. */
export const TABLES = {
  server: {
    https_port: whole(443, 0, 65535),
    http_port: whole(80, 0, 65535),
    bind: text("::", isAddress, 'give an IP address of this device, or "::" for all'),
    http: choice("tailnet", ["tailnet", "serve", "redirect"]),
    hosts: optional(
      pipe(
        array(hostName(), 'give host names in brackets, such as ["kvm.example.org"]'),
        maxLength(LIMITS.hosts_max, `give at most ${LIMITS.hosts_max} host names`),
      ),
      [],
    ),
    tls_cert: text("", isPathOrEmpty, 'give the absolute path of a PEM file, or ""'),
    tls_key: text("", isPathOrEmpty, 'give the absolute path of a PEM file, or ""'),
  },
  video: {
    source: choice("v4l2", ["v4l2", "simulated"]),
    device: text("auto", isAutoOrPath, 'give "auto" or an absolute path such as "/dev/video0"'),
    format: choice("auto", [
      "auto",
      "mjpeg",
      "yuyv",
      "uyvy",
      "nv12",
      "nv12m",
      "nv16",
      "nv16m",
      "nv24",
      "rgb24",
      "bgr24",
    ]),
    quality: whole(80, 1, 100),
    fps_max: whole(30, 1, LIMITS.fps_max),
  },
  simulated: {
    width: whole(1920, LIMITS.frame_width_min, LIMITS.frame_width_max),
    height: whole(1080, LIMITS.frame_height_min, LIMITS.frame_height_max),
  },
  hid: {
    keyboard: text("/dev/hidg0", isPath, 'give an absolute path such as "/dev/hidg0"'),
    pointer: text("/dev/hidg1", isPath, 'give an absolute path such as "/dev/hidg1"'),
    mouse: text("/dev/hidg2", isPath, 'give an absolute path such as "/dev/hidg2"'),
    consumer: text("/dev/hidg3", isPath, 'give an absolute path such as "/dev/hidg3"'),
    layout: choice("us", LAYOUT_NAMES),
    release_after_seconds: whole(60, 1, LIMITS.release_after_seconds_max),
  },
  log: {
    level: choice("info", LEVELS),
  },
};

/** Each array of tables by its name, with the keys of its tables. */
export const LISTS = {
  wol: {
    name: pipe(string(NAME), check(isMachineName, NAME)),
    mac: pipe(
      string(MAC),
      check((value) => parseMac(value) !== undefined, MAC),
    ),
    address: optional(pipe(string(ADDRESS), check(isAddress, ADDRESS))),
    port: optional(wholeNumber(1, 65535)),
  },
};

const server = pipe(
  table("server", TABLES.server),
  forward(
    partialCheck(
      [["https_port"], ["http_port"]],
      ({ https_port, http_port }) => https_port !== http_port || http_port === 0,
      "give a port other than that of https_port",
    ),
    ["http_port"],
  ),
  forward(
    partialCheck(
      [["tls_cert"], ["tls_key"]],
      ({ tls_cert, tls_key }) => (tls_cert === "") === (tls_key === ""),
      "give tls_cert and tls_key both, or neither",
    ),
    ["tls_key"],
  ),
);

/** The whole file. Unknown names are not its business: `load` looks for those, to name them all. */
export const SETTINGS = object({
  server: optional(server, {}),
  video: optional(table("video", TABLES.video), {}),
  simulated: optional(table("simulated", TABLES.simulated), {}),
  hid: optional(table("hid", TABLES.hid), {}),
  log: optional(table("log", TABLES.log), {}),
  wol: optional(
    pipe(
      array(pipe(custom<Record<string, unknown>>(isTable, WOL), object(LISTS.wol, WOL)), WOL),
      maxLength(LIMITS.wol_max, `save at most ${LIMITS.wol_max} machines`),
      check((machines) => areNamedApart(machines), "give each machine a name of its own"),
    ),
    [],
  ),
});

type Tables = InferOutput<typeof SETTINGS>;

/** What linkrd.toml says, with defaults for what it leaves out. Host names are in lower case. */
export type Settings = { readonly [Name in keyof Tables]: Readonly<Tables[Name]> };

/** Whether smol-toml made `value` from a table: its arrays and dates are objects as well. */
export function isTable(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** valibot's `object` would take an array of tables for one table without keys. */
function table<const Entries extends ObjectEntries>(name: string, entries: Entries) {
  const remedy = `write it as one table, [${name}]`;
  return pipe(custom<Record<string, unknown>>(isTable, remedy), object(entries));
}

function whole(otherwise: number, min: number, max: number) {
  return optional(wholeNumber(min, max), otherwise);
}

function wholeNumber(min: number, max: number) {
  const remedy = `give a whole number from ${min} to ${max}`;
  const fits = (value: number) => Number.isInteger(value) && value >= min && value <= max;
  return pipe(number(remedy), check(fits, remedy));
}

function choice<const Name extends string>(otherwise: Name, names: readonly Name[]) {
  return optional(picklist(names, `give one of ${names.join(", ")}`), otherwise);
}

function text(otherwise: string, fits: (value: string) => boolean, remedy: string) {
  return optional(pipe(string(remedy), check(fits, remedy)), otherwise);
}

function hostName() {
  const remedy = 'give a host name such as "kvm.example.org", without port or scheme';
  return pipe(string(remedy), check(isHostName, remedy), toLowerCase());
}

function isAddress(value: string): boolean {
  return isIP(value) !== 0;
}

function isMachineName(value: string): boolean {
  return /^[\w.-]{1,32}$/.test(value);
}

function areNamedApart(machines: readonly { readonly name: string }[]): boolean {
  return new Set(machines.map(({ name }) => name)).size === machines.length;
}

function isPath(value: string): boolean {
  return value.startsWith("/") && !value.endsWith("/") && !value.includes("\0");
}

function isPathOrEmpty(value: string): boolean {
  return value === "" || isPath(value);
}

function isAutoOrPath(value: string): boolean {
  return value === "auto" || isPath(value);
}

/** RFC 1123, section 2.1: labels of letters, digits and inner hyphens, the last not a number. */
function isHostName(value: string): boolean {
  const labels = value.split(".");
  const wellFormed = labels.every((label) => /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i.test(label));
  return value.length <= 253 && wellFormed && !/^\d+$/.test(labels.at(-1) ?? "");
}
