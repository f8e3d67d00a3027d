/** The files that a device takes its settings from: a row each, from text to what it changes. */
import { parseDocument } from "../access/document.ts";
import { applyEdit } from "../access/edit.ts";
import { isPasswordHash } from "../access/phc.ts";
import { checkUserName } from "../access/token.ts";
import { Fault } from "../base/fault.ts";
import { renderPlacedFault } from "../base/placed-fault.ts";
import { parseSettings } from "../config/load.ts";
import { parseAuthorizedKeys } from "./ssh.ts";
import { onlyLine } from "./text.ts";
import { parseWifi } from "./wifi.ts";

/** A file of the device, whole, as it is to become. */
export interface Change {
  /** From the root of the device, without a slash in front. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Made as by whoever owns its folder; else root's. */
  readonly ofFolder?: true;
  /** Of the kernel: written as it stands, and not kept. */
  readonly live?: true;
}

/** What a file leads to, and the sentence that says so. */
export interface Outcome {
  readonly changes: readonly Change[];
  readonly told: string;
}

export interface Kind {
  readonly name: string;
  /** @param access the text of access.toml as it is by now; it may be changed by a row before */
  readonly read: (text: string, access: string) => Outcome;
}

const ACCESS = "etc/linkrd/access.toml";

/** In the order in which they are taken: a user goes into an access.toml that comes along. */
export const KINDS: readonly Kind[] = [
  { name: "hostname", read: readHostname },
  { name: "authorized_keys", read: readKeys },
  { name: "wifi.toml", read: readWifi },
  { name: "linkrd.toml", read: readSettings },
  { name: "access.toml", read: readAccess },
  { name: "user", read: readUser },
];

function readHostname(text: string): Outcome {
  const name = onlyLine(text).toLowerCase();
  // RFC 1123, section 2.1, one label of it: mDNS adds .local.
  if (!/^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/.test(name)) {
    const rule = "use up to 63 of a-z, 0-9 and inner hyphens, without a dot";
    throw new Fault("bad_config", `it is no host name: ${rule}`);
  }
  const line = `${name}\n`;
  return {
    changes: [
      { path: "etc/hostname", text: line, mode: 0o644 },
      { path: "proc/sys/kernel/hostname", text: line, mode: 0o644, live: true },
    ],
    told: `the device is called ${name}`,
  };
}

function readKeys(text: string): Outcome {
  const keys = parseAuthorizedKeys(text);
  const path = "etc/ssh/authorized_keys.d/root";
  return {
    changes: [{ path, text: `${keys.join("\n")}\n`, mode: 0o644 }],
    told: `${keys.length === 1 ? "one SSH key" : `${keys.length} SSH keys`} may log in as root`,
  };
}

function readWifi(text: string): Outcome {
  const path = "etc/wpa_supplicant/linkrd.conf";
  return { changes: [{ path, text: parseWifi(text), mode: 0o600 }], told: "the Wi-Fi is set" };
}

function readSettings(text: string): Outcome {
  const parsed = parseSettings(text, "linkrd.toml");
  if ("faults" in parsed) {
    throw new Fault("bad_config", parsed.faults.map(renderPlacedFault).join("\n"));
  }
  return {
    changes: [{ path: "etc/linkrd/linkrd.toml", text, mode: 0o644 }],
    told: "the settings are in place",
  };
}

function readAccess(text: string): Outcome {
  const { users, tokens } = parseDocument(text);
  return {
    changes: [accessChange(text)],
    told: `access.toml is in place: users ${users.length}, tokens ${tokens.length}`,
  };
}

function readUser(text: string, access: string): Outcome {
  const line = onlyLine(text);
  const colon = line.indexOf(":");
  const [name, password] = [line.slice(0, colon), line.slice(colon + 1)];
  if (colon === -1) throw new Fault("bad_config", "it has no colon: write NAME:HASH");
  checkUserName(name);
  if (!isPasswordHash(password)) {
    const remedy = "make it as README.txt says; it begins with $argon2id$";
    throw new Fault("bad_config", `what follows the colon is no argon2id hash: ${remedy}`);
  }
  const known = parseDocument(access).users.some((user) => user.name === name);
  const edited = known
    ? applyEdit(access, { kind: "set", table: "user", name, key: "password", value: password })
    : applyEdit(access, { kind: "add", table: "user", values: { name, password, totp: "" } });
  const told = known ? `${name} has a new password` : `user ${name} is there`;
  return { changes: [accessChange(edited.text)], told };
}

function accessChange(text: string): Change {
  return { path: ACCESS, text, mode: 0o600, ofFolder: true };
}
