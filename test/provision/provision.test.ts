import { describe, expect, test } from "bun:test";
import { Card, HASH, KEY } from "./world.ts";

const ACCESS = `version = 1\n[[user]]\nname = "bea"\npassword = "${HASH}"\n`;

test("everything that is right is taken over and wiped, and the log says so", async () => {
  await using card = await Card.open({
    hostname: "Lab-KVM\n",
    authorized_keys: `# mine\n${KEY}\n`,
    "wifi.toml": 'ssid = "IEEE"\npassword = "password"\ncountry = "DE"\n',
    "linkrd.toml": "[video]\nquality = 70\n",
    "access.toml": ACCESS,
    user: `anna:${HASH}`,
    "README.txt": "as shipped",
  });
  const reports = await card.start();
  expect(reports.filter(({ good }) => !good)).toEqual([]);
  expect(await card.left()).toEqual(["README.txt", "log.txt"]);
  expect(await card.log()).toBe(
    [
      "done: hostname: the device is called lab-kvm",
      "done: authorized_keys: one SSH key may log in as root",
      "done: wifi.toml: the Wi-Fi is set",
      "done: linkrd.toml: the settings are in place",
      "done: access.toml: access.toml is in place: users 1, tokens 0",
      "done: user: user anna is there",
      "",
    ].join("\r\n"),
  );
  expect(await card.device("etc/hostname")).toBe("lab-kvm\n");
  expect(await card.device("proc/sys/kernel/hostname")).toBe("lab-kvm\n");
  expect(await card.device("etc/ssh/authorized_keys.d/root")).toBe(`${KEY}\n`);
  expect(await card.device("etc/linkrd/linkrd.toml")).toBe("[video]\nquality = 70\n");
  const access = await card.device("etc/linkrd/access.toml");
  expect(access).toStartWith(ACCESS);
  expect(access).toContain('name = "anna"');
  expect(await card.mode("etc/linkrd/access.toml")).toBe(0o600);
  // The key of the network is the first test vector of IEEE 802.11i, annex M.4.
  expect(await card.device("etc/wpa_supplicant/linkrd.conf")).toBe(
    "country=DE\nnetwork={\n\tssid=49454545\n\tscan_ssid=1\n" +
      "\tkey_mgmt=WPA-PSK WPA-PSK-SHA256\n\tieee80211w=1\n" +
      "\tpsk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e\n}\n",
  );
  expect(await card.mode("etc/wpa_supplicant/linkrd.conf")).toBe(0o600);
});

test("nothing to take over leaves everything as it is", async () => {
  await using card = await Card.open({ "README.txt": "", ".DS_Store": "", "._hostname": "x" });
  expect(await card.start()).toEqual([]);
  expect(await card.left()).toEqual([".DS_Store", "._hostname", "README.txt"]);
});

test("what the device forgets at the next start stays on the card", async () => {
  await using card = await Card.open({ hostname: "kvm" });
  expect(await card.start(true)).toMatchObject([{ good: true }]);
  expect(await card.left()).toEqual(["hostname", "log.txt"]);
});

test("done again after a power cut, it comes to the same", async () => {
  await using card = await Card.open({ user: `anna:${HASH}` });
  await card.start(true);
  const once = await card.device("etc/linkrd/access.toml");
  expect(await card.start()).toMatchObject([{ good: true, told: "anna has a new password" }]);
  expect(await card.device("etc/linkrd/access.toml")).toBe(once);
  expect(await card.left()).toEqual(["log.txt"]);
});

test("two files for one thing: the first is taken, the other is named", async () => {
  await using card = await Card.open({ hostname: "one", "hostname.txt": "two" });
  expect(await card.start()).toEqual([
    { name: "hostname", good: true, told: "the device is called one" },
    { name: "hostname.txt", good: false, told: "hostname says the same thing: leave one of them" },
  ]);
});

test("a file of a name that is not looked for is named, with what was meant", async () => {
  await using card = await Card.open({ "wfi.toml": "x", "photo.jpg": "x" });
  const reports = await card.start();
  expect(reports.map(({ told }) => told)).toEqual([
    "no file of this name is looked for: they are hostname, authorized_keys, wifi.toml, " +
      "linkrd.toml, access.toml, user",
    "no file of this name is looked for: did you mean wifi.toml?",
  ]);
});

test("a name as Windows likes it is the same name", async () => {
  await using card = await Card.open({ "User.TXT": `anna:${HASH}\r\n` });
  expect(await card.start()).toEqual([
    { name: "User.TXT", good: true, told: "user anna is there" },
  ]);
});

/** A file, what it says, and how the mistake in it is told. */
const MISTAKES: readonly (readonly [string, string | Uint8Array, string | RegExp])[] = [
  ["hostname", "two words", /^it is no host name: use up to 63 of/],
  ["hostname", "kvm.example.org", /^it is no host name/],
  ["hostname", "-kvm", /^it is no host name/],
  ["hostname", `${"k".repeat(64)}`, /^it is no host name/],
  ["hostname", "one\ntwo\n", "it has 2 lines: write one, and nothing else"],
  ["authorized_keys", "# none yet\n", /^it has no key/],
  ["authorized_keys", `${KEY}\nssh-ed25519 AAAA cut\n`, /^line 2 is no SSH public key/],
  ["authorized_keys", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", /^it is a private key/],
  ["wifi.toml", 'ssid = "x', 'not valid TOML from line 1, column 8 on: write ssid = "name"'],
  ["wifi.toml", 'ssid = "x"\n', 'password is missing: write password = "…"'],
  ["wifi.toml", 'ssid = 7\npassword = ""', 'ssid is no text: write ssid = "…"'],
  ["wifi.toml", 'ssid = ""\npassword = ""', /^ssid has 0 bytes/],
  ["wifi.toml", 'ssid = "x"\npassword = "short"', /^password is none that a network can have/],
  ["wifi.toml", 'ssid = "x"\npasword = ""', 'unknown key "pasword": did you mean password?'],
  ["wifi.toml", 'ssid = "x"\npassword = ""\ncountry = "de"', /^country is not two capital/],
  ["linkrd.toml", "[video]\nqualty = 1\n", /linkrd\.toml:2:1: .*did you mean quality\?/],
  ["access.toml", "version = 2\n", /^access\.toml:1:1: this linkrd reads only/],
  ["user", "anna", "it has no colon: write NAME:HASH"],
  ["user", `Anna:${HASH}`, /^not a user name/],
  ["user", "anna:$6$salt$hash", /^what follows the colon is no argon2id hash/],
  ["hostname", new Uint8Array([0xc3, 0x28, 0x61]), /^its letters are in no encoding/],
  ["hostname", new Uint8Array([0x6b, 0x76, 0x6d, 0, 0x61]), /^its letters are in no encoding/],
];

describe("a mistake changes nothing, stays, and is told", () => {
  for (const [name, content, told] of MISTAKES) {
    test(`${name}: ${JSON.stringify(content).slice(0, 50)}`, async () => {
      await using card = await Card.open({ [name]: content });
      const [report] = await card.start();
      expect(report).toMatchObject({ name, good: false });
      if (typeof told === "string") expect(report?.told).toBe(told);
      else expect(report?.told).toMatch(told);
      expect(await card.left()).toEqual([name, "log.txt"].sort());
      expect(await card.log()).toStartWith(`NOT DONE: ${name}: `);
      for (const path of ["etc/hostname", "etc/linkrd/access.toml", "etc/linkrd/linkrd.toml"]) {
        expect(await card.device(path)).toBeUndefined();
      }
    });
  }
});

test("the log repeats no secret", async () => {
  await using card = await Card.open({
    "wifi.toml": 'ssid = "x"\npassword = "correct horse"\ncountry = "xx"',
    "access.toml": `version = 1\n[[user]]\nname = "a"\npassword = "correct horse"\n`,
    user: "anna:correct horse",
  });
  const reports = await card.start();
  expect(reports.map(({ good }) => good)).toEqual([false, false, false]);
  expect(await card.log()).not.toContain("horse");
});
