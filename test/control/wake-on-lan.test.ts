import { expect, test } from "bun:test";
import { createSocket } from "node:dgram";
import { parseMac } from "../../src/base/mac.ts";
import { broadcastAddresses, magicPacket, sendMagicPacket } from "../../src/control/wake-on-lan.ts";

const MAC = Uint8Array.of(0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc);

test("the packet is six times 0xff and sixteen times the address", () => {
  const packet = magicPacket(MAC);
  expect(packet.length).toBe(102);
  expect(packet.toHex()).toBe("f".repeat(12) + "001122aabbcc".repeat(16));
});

test.each(["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc", "001122aabbcc"])(
  "%s is an address",
  (text) => {
    expect(parseMac(text)).toEqual(MAC);
  },
);

test.each([
  ...["", "00:11:22:aa:bb", "00:11:22:aa:bb:cg", "00:11:22:aa:bb-cc", "00:11:22:aa:bb:cc:dd"],
  ...["0:11:22:aa:bb:cc", " 00:11:22:aa:bb:cc", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"],
])("%j is none of a network card", (text) => {
  expect(parseMac(text)).toBeUndefined();
});

test("each network is broadcast in once, and none that has no broadcast", () => {
  const v4 = (address: string, netmask: string, internal = false) => {
    return { address, netmask, internal, family: "IPv4", mac: "", cidr: null } as const;
  };
  const v6 = { address: "fe80::1", netmask: "ffff::", internal: false, mac: "", cidr: null };
  const interfaces = {
    lo: [v4("127.0.0.1", "255.0.0.0", true)],
    eth0: [v4("192.168.7.3", "255.255.255.0"), { ...v6, family: "IPv6", scopeid: 2 } as const],
    wlan0: [v4("192.168.7.4", "255.255.255.0"), v4("10.1.130.9", "255.255.128.0")],
    tailscale0: [v4("100.64.0.7", "255.255.255.255")],
    tun0: [v4("10.9.0.2", "255.255.255.254")],
    gone: undefined,
  };
  expect(broadcastAddresses(interfaces)).toEqual(["192.168.7.255", "10.1.255.255"]);
});

test("where nobody listens, as a sleeping machine does not, is no fault", async () => {
  const free = createSocket("udp4");
  await new Promise<void>((resolve) => {
    free.bind(0, "127.0.0.1", resolve);
  });
  const { port } = free.address();
  free.close();
  for (const _ of [1, 2, 3]) await sendMagicPacket(MAC, "127.0.0.1", port);
});
