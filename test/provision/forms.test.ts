/** Every file in every form that editors save, and empty, cut short or of another kind. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/base/limits.ts";
import { Card, HASH, KEY } from "./world.ts";

interface Row {
  /** A good content of several lines where the file may have them, for line ends to matter. */
  readonly text: string;
  /** What of it the device then has, and where. */
  readonly leads: readonly [path: string, content: string];
  readonly told: string;
}

const FILES: Readonly<Record<string, Row>> = {
  hostname: {
    text: "lab-kvm\n",
    leads: ["etc/hostname", "lab-kvm\n"],
    told: "the device is called lab-kvm",
  },
  authorized_keys: {
    text: `# mine\n${KEY}\n\n${KEY}\n`,
    leads: ["etc/ssh/authorized_keys.d/root", `${KEY}\n${KEY}\n`],
    told: "2 SSH keys may log in as root",
  },
  "wifi.toml": {
    text: '# ours\nssid = "Café"\npassword = "password"\n',
    leads: ["etc/wpa_supplicant/linkrd.conf", "\tssid=436166c3a9\n"],
    told: "the Wi-Fi is set",
  },
  "linkrd.toml": {
    text: "[video]\n# größer\nquality = 70\n",
    leads: ["etc/linkrd/linkrd.toml", "[video]\n# größer\nquality = 70\n"],
    told: "the settings are in place",
  },
  "access.toml": {
    text: `version = 1\n\n[[user]]\nname = "bea"\npassword = "${HASH}"\n`,
    leads: ["etc/linkrd/access.toml", `[[user]]\nname = "bea"\npassword = "${HASH}"\n`],
    told: "access.toml is in place: users 1, tokens 0",
  },
  user: {
    text: `anna:${HASH}\n`,
    leads: ["etc/linkrd/access.toml", `name = "anna"\npassword = "${HASH}"`],
    told: "user anna is there",
  },
};

const BOM = "\uFEFF";
const swapped = (text: string) => Buffer.from(text, "utf16le").swap16();
const crlf = (text: string) => text.replaceAll("\n", "\r\n");

const FORMS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  "UTF-8": (text) => Buffer.from(text),
  CRLF: (text) => Buffer.from(crlf(text)),
  "line ends of old Macs": (text) => Buffer.from(text.replaceAll("\n", "\r")),
  "no line end": (text) => Buffer.from(text.trimEnd()),
  "a byte order mark": (text) => Buffer.from(BOM + crlf(text)),
  "UTF-16": (text) => Buffer.from(BOM + crlf(text), "utf16le"),
  "UTF-16 without a mark": (text) => Buffer.from(crlf(text), "utf16le"),
  "UTF-16, big end first": (text) => swapped(BOM + crlf(text)),
  "UTF-16, big end first, without a mark": (text) => swapped(crlf(text)),
};

const EMPTY = "it is empty: write something into it, or remove it";
const NO_TEXT = /^its letters are in no encoding|^it is no text/;

const BROKEN: Readonly<Record<string, readonly [Uint8Array, string | RegExp]>> = {
  "nothing in it": [Buffer.alloc(0), EMPTY],
  "empty lines": [Buffer.from("\r\n \r\n"), EMPTY],
  "nothing but a mark": [Buffer.from(BOM), EMPTY],
  "nothing but a mark of UTF-16": [Buffer.from(BOM, "utf16le"), EMPTY],
  "a picture": [Buffer.from("ffd8ffe000104a464946000101", "hex"), NO_TEXT],
  "a page of zeros": [Buffer.alloc(4096), NO_TEXT],
  "some other text": [Buffer.from("<!DOCTYPE html>\n<p>not found\n"), /./],
  "more than a device reads": [
    Buffer.alloc(LIMITS.access_file_bytes_max + 1, "x"),
    /is larger than \d+ bytes/,
  ],
};

for (const [name, { text, leads, told }] of Object.entries(FILES)) {
  describe(name, () => {
    for (const [form, encode] of Object.entries(FORMS)) {
      test(`${form}: taken over`, async () => {
        await using card = await Card.open({ [name]: encode(text) });
        expect(await card.start()).toEqual([{ name, good: true, told }]);
        const [path, content] = leads;
        expect(await card.device(path)).toContain(content.trimEnd());
        expect(await card.device(path)).not.toMatch(/[\r\uFEFF\0]/);
        expect(await card.left()).toEqual(["log.txt"]);
      });
    }
    for (const [what, [bytes, why]] of Object.entries(BROKEN)) {
      test(`${what}: told, and nothing changes`, async () => {
        await using card = await Card.open({ [name]: bytes });
        const [report] = await card.start();
        expect(report).toMatchObject({ name, good: false });
        expect(report?.told).toMatch(why);
        expect(await card.device(leads[0])).toBeUndefined();
        expect(await card.left()).toEqual(["log.txt", name].sort());
        expect(await card.log()).toStartWith(`NOT DONE: ${name}: `);
      });
    }
  });
}
