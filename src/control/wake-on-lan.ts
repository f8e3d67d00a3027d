/** Wake-on-LAN: what the network card of a sleeping machine looks for (AMD publication 20213). */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";
import { Fault } from "../base/fault.ts";

/** Six times 0xff, and the address sixteen times. */
const ADDRESS_TIMES = 16;
/** Discard: nobody listens there, and cards do not look at the port. */
export const WAKE_PORT = 9;

/** The 102 bytes that wake the machine of a MAC address of six. */
export function magicPacket(mac: Uint8Array): Uint8Array {
  const packet = new Uint8Array(6 + 6 * ADDRESS_TIMES).fill(0xff, 0, 6);
  for (let time = 0; time < ADDRESS_TIMES; time++) packet.set(mac, 6 + 6 * time);
  return packet;
}

/**
 * The IPv4 broadcast address of each network that this machine is in. The one for all networks,
 * 255.255.255.255, would go out on one of them only.
 */
export function broadcastAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): readonly string[] {
  const found = Object.values(interfaces).flatMap((addresses = []) => {
    return addresses.flatMap(({ family, internal, address, netmask }) => {
      const [own, mask] = [address, netmask].map((text) => text.split(".").map(Number));
      // A network of one or two machines, such as a VPN's, has nobody to broadcast to.
      if (family !== "IPv4" || internal || own === undefined || (mask?.[3] ?? 255) >= 254)
        return [];
      return own.map((byte, at) => (byte | ~(mask?.[at] ?? 255)) & 0xff).join(".");
    });
  });
  return [...new Set(found)];
}

/** Sends the packet by UDP. @throws Fault `system` when it cannot be sent */
export async function sendMagicPacket(
  mac: Uint8Array,
  address: string,
  port: number,
): Promise<void> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      // Heard to the end: that nobody listens there is told late, and is no fault.
      socket.on("error", reject);
      socket.bind(0, () => {
        socket.setBroadcast(true);
        const done = (error: Error | null) => (error === null ? resolve() : reject(error));
        socket.send(magicPacket(mac), port, address, done);
      });
    });
  } catch (cause) {
    const remedy = "is this device in that network?";
    throw new Fault("system", `nothing can be sent to ${address}: ${remedy}`, { cause });
  } finally {
    socket.close();
  }
}
