/** A keyboard gadget made by hand through configfs, to prove the lab without linkrd. */
import { mkdir, readdir, rmdir, symlink, unlink } from "node:fs/promises";

export const CONFIGFS = "/sys/kernel/config/usb_gadget";
const HAND = `${CONFIGFS}/by-hand`;

/** The boot keyboard's descriptor of "Device Class Definition for HID 1.11", appendix B.1. */
const BOOT_KEYBOARD = Uint8Array.of(
  ...[
    0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01,
  ],
  ...[
    0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01,
  ],
  ...[
    0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06,
  ],
  ...[0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0],
);

/** Plugs a keyboard into the guest itself: /dev/hidg0 writes its reports. */
export async function plugKeyboardByHand(): Promise<AsyncDisposable> {
  const write = (file: string, data: string | Uint8Array) => Bun.write(`${HAND}/${file}`, data);
  await mkdir(`${HAND}/strings/0x409`, { recursive: true });
  await mkdir(`${HAND}/configs/c.1`);
  await mkdir(`${HAND}/functions/hid.0`);
  await write("idVendor", "0x1d6b");
  await write("idProduct", "0x0104");
  await write("functions/hid.0/protocol", "1");
  await write("functions/hid.0/subclass", "1");
  await write("functions/hid.0/report_length", "8");
  await write("functions/hid.0/report_desc", BOOT_KEYBOARD);
  await symlink(`${HAND}/functions/hid.0`, `${HAND}/configs/c.1/hid.0`);
  await write("UDC", "dummy_udc.0");
  return {
    async [Symbol.asyncDispose]() {
      await write("UDC", "\n");
      await unlink(`${HAND}/configs/c.1/hid.0`);
      for (const made of ["functions/hid.0", "configs/c.1", "strings/0x409", "."]) {
        await rmdir(made === "." ? HAND : `${HAND}/${made}`);
      }
    },
  };
}

/** Names of the gadgets in configfs. */
export async function gadgets(): Promise<string[]> {
  return await readdir(CONFIGFS);
}
