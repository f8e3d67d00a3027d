import { describe, expect, test } from "bun:test";
import { parseSettings } from "../../src/config/load.ts";
import type { Settings } from "../../src/config/schema.ts";

function settings(text: string): Settings {
  const parsed = parseSettings(text, "linkrd.toml");
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return parsed.settings;
}

/** `line:column: message` of each fault. */
function faults(text: string): string[] {
  const parsed = parseSettings(text, "linkrd.toml");
  if ("settings" in parsed) return [];
  return parsed.faults.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

test("an empty file means the defaults of the contract", () => {
  expect(settings("")).toEqual({
    server: {
      https_port: 443,
      http_port: 80,
      bind: "::",
      http: "tailnet",
      hosts: [],
      tls_cert: "",
      tls_key: "",
    },
    video: { source: "v4l2", device: "auto", format: "auto", quality: 80, fps_max: 30 },
    simulated: { width: 1920, height: 1080 },
    hid: {
      keyboard: "/dev/hidg0",
      pointer: "/dev/hidg1",
      mouse: "/dev/hidg2",
      consumer: "/dev/hidg3",
      layout: "us",
      release_after_seconds: 60,
    },
    log: { level: "info" },
    wol: [],
  });
});

describe("machines to wake", () => {
  const NAS = '[[wol]]\nname = "nas"\nmac = "00:11:22:aa:bb:cc"\n';

  test("are as many tables as there are machines", () => {
    const { wol } = settings(`${NAS}[[wol]]\nname = "b"\nmac = "001122aabbcc"\nport = 7\n`);
    expect(wol).toEqual([
      { name: "nas", mac: "00:11:22:aa:bb:cc" },
      { name: "b", mac: "001122aabbcc", port: 7 },
    ]);
  });

  test.each([
    [`${NAS}adress = ""\n`, "4:1: [[wol]] adress: unknown key: did you mean address?"],
    [
      `${NAS}port = 0\n`,
      '4:1: [[wol]] port: "0" does not fit: give a whole number from 1 to 65535',
    ],
    ['[[wol]]\nname = "nas"\n', "1:1: [[wol]] mac: left out: write each machine as a table"],
    [NAS.replace("aa:bb", "aa-bb"), "3:1: [[wol]] mac: "],
    [NAS.replace("nas", "the nas"), "2:1: [[wol]] name: "],
    [`${NAS}${NAS}`, "1:1: [wol]: "],
    ['[wol]\nname = "nas"\n', "1:1: [wol]: "],
  ])("are refused by key and place: %j", (text, message) => {
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toStartWith(message.replaceAll('"0"', "0"));
  });
});

test("what is given replaces its default, and nothing else", () => {
  const text =
    '[video]\nquality = 100\n[server]\nhosts = ["KVM.Example.org", "kvm"]\nhttp_port = 0\n';
  expect(settings(text)).toEqual({
    ...settings(""),
    video: { ...settings("").video, quality: 100 },
    server: { ...settings("").server, hosts: ["kvm.example.org", "kvm"], http_port: 0 },
  });
});

describe("names", () => {
  test("an unknown key is told with the one that was meant", () => {
    expect(faults("[video]\n  qualty = 80\n")).toEqual([
      "2:3: [video] qualty: unknown key: did you mean quality?",
    ]);
    expect(faults("video.fps = 80\n")).toEqual([
      "1:1: [video] fps: unknown key: did you mean fps_max?",
    ]);
  });

  test("or with the table that it belongs to, or with all keys that there are", () => {
    expect(faults('[server]\ndevice = "auto"\n')).toEqual([
      "2:1: [server] device: unknown key here: it belongs under [video]",
    ]);
    expect(faults("quality = 80\n")).toEqual([
      "1:1: quality: unknown key here: it belongs under [video]",
    ]);
    expect(faults("[simulated]\ncolour = 1\n")).toEqual([
      "2:1: [simulated] colour: unknown key: the keys here are width, height",
    ]);
    expect(faults("bogus = 1\n")).toEqual([
      "1:1: bogus: unknown key: keys stand under a table such as [server]",
    ]);
  });

  test("an unknown table is told once, whatever is in it", () => {
    expect(faults("[vidoe]\nquality = 0\nx = 1\n")).toEqual([
      "1:1: [vidoe]: unknown table: did you mean [video]?",
    ]);
    expect(faults("[wifi]\n")).toEqual([
      "1:1: [wifi]: unknown table: the tables are [server], [video], [simulated], [hid], [log]",
    ]);
  });

  test("names of an object's own members are as unknown as others", () => {
    expect(faults("[video]\n__proto__ = 1\nconstructor = 2\n[__proto__]\n")).toHaveLength(3);
  });
});

describe("values", () => {
  const remedies: [string, string, readonly string[], readonly string[]][] = [
    ["server", "https_port", ["0", "1", "65535"], ["-1", "65536", "1.5", "nan", '"443"', "true"]],
    ["server", "bind", ['"::1"', '"0.0.0.0"'], ['""', '"localhost"', '"::1]"', "0", '"1.2.3"']],
    ["server", "http", ['"serve"', '"redirect"'], ['"Tailnet"', '""', "false"]],
    ["server", "hosts", ["[]", '["a-b.c"]'], ['"a"', "[1]", '["a:80"]', '["-a"]', '["1.2.3.4"]']],
    ["video", "source", ['"simulated"'], ['"camera"', "1"]],
    ["video", "device", ['"auto"', '"/dev/video1"'], ['"video0"', '""', '"/dev/"', '"/\\u0000"']],
    ["video", "format", ['"mjpeg"', '"bgr24"'], ['"MJPEG"', '"h264"']],
    ["video", "quality", ["1", "100"], ["0", "101", "80.5", "inf", "07:32:00"]],
    ["video", "fps_max", ["1", "120"], ["0", "121"]],
    ["simulated", "width", ["16", "4096"], ["15", "4097"]],
    ["simulated", "height", ["16", "2160"], ["15", "2161"]],
    ["hid", "keyboard", ['"/dev/hidg7"'], ['"hidg0"', '""']],
    ["hid", "layout", ['"us"', '"de-ch"'], ['"gb"', "1"]],
    ["hid", "release_after_seconds", ["1", "3600"], ["0", "3601"]],
    ["log", "level", ['"debug"', '"error"'], ['"trace"', "[]", "{}"]],
  ];
  for (const [table, key, good, bad] of remedies) {
    test(`[${table}] ${key}`, () => {
      for (const value of good) expect(faults(`[${table}]\n${key} = ${value}\n`)).toEqual([]);
      for (const value of bad) {
        const found = faults(`[${table}]\n${key} = ${value}\n`);
        expect(found).toHaveLength(1);
        expect(found[0]).toStartWith(`2:`);
        expect(found[0]).toMatch(/ does not fit: (give|write) \S+/);
      }
    });
  }

  test("are quoted as they were written, cut short, with what to give instead", () => {
    expect(faults(`[video]\nquality = 0x65 # much\nformat = "${"x".repeat(99)}"\n`)).toEqual([
      "2:1: [video] quality: 0x65 does not fit: give a whole number from 1 to 100",
      `3:1: [video] format: "${"x".repeat(39)}… does not fit: ` +
        "give one of auto, mjpeg, yuyv, uyvy, nv12, nv12m, nv16, nv16m, nv24, rgb24, bgr24",
    ]);
  });

  test("are pointed at inside of an array", () => {
    expect(faults('[server]\nhosts = [\n  "good",\n  "http://bad",\n]\n')).toEqual([
      '4:3: [server] hosts[1]: "http://bad" does not fit: ' +
        'give a host name such as "kvm.example.org", without port or scheme',
    ]);
    const many = `[server]\nhosts = [${'"a",'.repeat(65)}]\n`;
    expect(faults(many)[0]).toEndWith("… does not fit: give at most 64 host names");
  });

  test("a table must be one table", () => {
    const remedy = "does not fit: write it as one table, [video]";
    expect(faults("video = 1\n")).toEqual([`1:1: video: 1 ${remedy}`]);
    expect(faults("[[video]]\n")).toEqual([`1:1: [video]: [[video]] ${remedy}`]);
    expect(faults("[video.quality]\n")).toEqual([
      "1:1: [video] quality: [video.quality] does not fit: give a whole number from 1 to 100",
    ]);
  });
});

describe("values that depend on each other", () => {
  test("a certificate and its key come together", () => {
    expect(faults('[server]\ntls_cert = "/c"\ntls_key = "/k"\n')).toEqual([]);
    expect(faults('[server]\ntls_cert = "/c"\n')).toEqual([
      "1:1: [server] tls_key: left out: give tls_cert and tls_key both, or neither",
    ]);
    expect(faults('[server]\ntls_key = "/k"\n')).toEqual([
      '2:1: [server] tls_key: "/k" does not fit: give tls_cert and tls_key both, or neither',
    ]);
  });

  test("two servers do not share a port, two that are off share the 0", () => {
    expect(faults("[server]\nhttps_port = 0\nhttp_port = 0\n")).toEqual([]);
    expect(faults("[server]\nhttps_port = 80\n")).toEqual([
      "1:1: [server] http_port: left out: give a port other than that of https_port",
    ]);
  });
});

test("all faults are named together, in the order of the text", () => {
  const text = '[log]\nlevel = 3\n[vido]\n[video]\nqualty = 1\nfps_max = 0\n[server]\nbind = ""\n';
  expect(faults(text).map((fault) => fault.split(":", 1)[0])).toEqual(["2", "3", "5", "6", "8"]);
});

test("a text that is not TOML is told with line, column and reason", () => {
  expect(faults("[video]\nquality = \n")).toEqual([
    "2:11: not valid TOML from here: invalid value",
  ]);
  expect(faults("[video]\n[video]\n")).toEqual([
    "2:2: not valid TOML from here: trying to redefine an already defined table or value",
  ]);
});

test("a fault carries its file and its drawn line", () => {
  const parsed = parseSettings("\n[video]\r\n  quality = 0 # low\r\n", "/etc/linkrd/linkrd.toml");
  expect(parsed).toEqual({
    faults: [
      {
        file: "/etc/linkrd/linkrd.toml",
        line: 3,
        column: 3,
        message: "[video] quality: 0 does not fit: give a whole number from 1 to 100",
        frame: "  3 |   quality = 0 # low\n    |   ^",
      },
    ],
  });
});
