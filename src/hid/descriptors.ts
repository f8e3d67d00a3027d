/**
 * The four HID functions that the host sees: keyboard, absolute pointer, relative mouse, and the
 * keys of the consumer page and of system control, such as volume and sleep.
 *
 * The items are those of "Device Class Definition for HID 1.11", section 6.2.2, and the usages
 * those of "HID Usage Tables". Each function has an endpoint of its own. Only the last has report
 * ids: a BIOS that asks for the boot protocol (SET_PROTOCOL, which f_hid answers) reads boot
 * reports by their place alone, and those of keyboard and mouse are the same in both protocols.
 */

/** In the order of the interfaces: some BIOSes look for a keyboard at interface 0 only. */
export const ENDPOINTS = ["keyboard", "pointer", "mouse", "consumer"] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** What configfs is told of one HID function (kernel: ABI/testing/configfs-usb-gadget-hid). */
export interface HidFunction {
  /** bInterfaceSubClass: 1 when the function speaks the boot protocol, else 0. */
  readonly subclass: 0 | 1;
  /** bInterfaceProtocol: 1 keyboard, 2 mouse, 0 neither. */
  readonly protocol: 0 | 1 | 2;
  /** Bytes of an input report, its id among them. */
  readonly reportLength: number;
  readonly descriptor: Uint8Array;
}

/** Boot keyboard: modifiers, reserved, six usages; the host answers with one byte of five LEDs. */
const KEYBOARD = Uint8Array.of(
  ...[0x05, 0x01], // Usage Page (Generic Desktop)
  ...[0x09, 0x06], // Usage (Keyboard)
  ...[0xa1, 0x01], // Collection (Application)
  ...[0x05, 0x07], //   Usage Page (Keyboard)
  ...[0x19, 0xe0], //   Usage Minimum (ControlLeft)
  ...[0x29, 0xe7], //   Usage Maximum (MetaRight)
  ...[0x15, 0x00], //   Logical Minimum (0)
  ...[0x25, 0x01], //   Logical Maximum (1)
  ...[0x75, 0x01], //   Report Size (1)
  ...[0x95, 0x08], //   Report Count (8)
  ...[0x81, 0x02], //   Input (Data, Variable, Absolute): the modifier byte
  ...[0x75, 0x08], //   Report Size (8)
  ...[0x95, 0x01], //   Report Count (1)
  ...[0x81, 0x01], //   Input (Constant): the reserved byte
  ...[0x05, 0x08], //   Usage Page (LEDs)
  ...[0x19, 0x01], //   Usage Minimum (Num Lock)
  ...[0x29, 0x05], //   Usage Maximum (Kana)
  ...[0x75, 0x01], //   Report Size (1)
  ...[0x95, 0x05], //   Report Count (5)
  ...[0x91, 0x02], //   Output (Data, Variable, Absolute): the LEDs
  ...[0x75, 0x03], //   Report Size (3)
  ...[0x95, 0x01], //   Report Count (1)
  ...[0x91, 0x01], //   Output (Constant): rest of the LED byte
  ...[0x05, 0x07], //   Usage Page (Keyboard)
  ...[0x19, 0x00], //   Usage Minimum (0)
  ...[0x29, 0xdd], //   Usage Maximum (the last before the modifiers that is not reserved)
  ...[0x15, 0x00], //   Logical Minimum (0)
  ...[0x26, 0xdd, 0x00], // Logical Maximum (221), in two bytes because it is signed
  ...[0x75, 0x08], //   Report Size (8)
  ...[0x95, 0x06], //   Report Count (6)
  ...[0x81, 0x00], //   Input (Data, Array): the usages of keys that are down
  ...[0xc0], //       End Collection
);

/** Five buttons and three bits of padding: the first byte of both pointing devices. */
const BUTTONS = [
  ...[0x05, 0x09], //     Usage Page (Button)
  ...[0x19, 0x01], //     Usage Minimum (1, left)
  ...[0x29, 0x05], //     Usage Maximum (5, forward)
  ...[0x15, 0x00], //     Logical Minimum (0)
  ...[0x25, 0x01], //     Logical Maximum (1)
  ...[0x75, 0x01], //     Report Size (1)
  ...[0x95, 0x05], //     Report Count (5)
  ...[0x81, 0x02], //     Input (Data, Variable, Absolute)
  ...[0x75, 0x03], //     Report Size (3)
  ...[0x95, 0x01], //     Report Count (1)
  ...[0x81, 0x01], //     Input (Constant)
];

/** The wheel, + away from the user (up), and the horizontal wheel, + to the right. */
const WHEELS = [
  ...[0x05, 0x01], //     Usage Page (Generic Desktop)
  ...[0x09, 0x38], //     Usage (Wheel)
  ...[0x15, 0x81], //     Logical Minimum (-127)
  ...[0x25, 0x7f], //     Logical Maximum (127)
  ...[0x75, 0x08], //     Report Size (8)
  ...[0x95, 0x01], //     Report Count (1)
  ...[0x81, 0x06], //     Input (Data, Variable, Relative)
  ...[0x05, 0x0c], //     Usage Page (Consumer)
  ...[0x0a, 0x38, 0x02], // Usage (AC Pan)
  ...[0x81, 0x06], //     Input (Data, Variable, Relative)
];

/** Absolute pointer: buttons, X and Y as 0…32767 little-endian, wheel, pan. */
const POINTER = Uint8Array.of(
  ...[0x05, 0x01], // Usage Page (Generic Desktop)
  ...[0x09, 0x02], // Usage (Mouse): hosts take an absolute mouse; a digitizer would need drivers
  ...[0xa1, 0x01], // Collection (Application)
  ...[0x09, 0x01], //   Usage (Pointer)
  ...[0xa1, 0x00], //   Collection (Physical)
  ...BUTTONS,
  ...[0x05, 0x01], //     Usage Page (Generic Desktop)
  ...[0x09, 0x30], //     Usage (X)
  ...[0x09, 0x31], //     Usage (Y)
  ...[0x15, 0x00], //     Logical Minimum (0)
  ...[0x26, 0xff, 0x7f], // Logical Maximum (32767)
  ...[0x75, 0x10], //     Report Size (16)
  ...[0x95, 0x02], //     Report Count (2)
  ...[0x81, 0x42], //     Input (Data, Variable, Absolute, Null State: beyond 32767)
  ...WHEELS,
  ...[0xc0], //         End Collection
  ...[0xc0], //       End Collection
);

/** Relative mouse: the report of a boot mouse (buttons, X, Y), then wheel and pan. */
const MOUSE = Uint8Array.of(
  ...[0x05, 0x01], // Usage Page (Generic Desktop)
  ...[0x09, 0x02], // Usage (Mouse)
  ...[0xa1, 0x01], // Collection (Application)
  ...[0x09, 0x01], //   Usage (Pointer)
  ...[0xa1, 0x00], //   Collection (Physical)
  ...BUTTONS,
  ...[0x05, 0x01], //     Usage Page (Generic Desktop)
  ...[0x09, 0x30], //     Usage (X)
  ...[0x09, 0x31], //     Usage (Y)
  ...[0x15, 0x81], //     Logical Minimum (-127)
  ...[0x25, 0x7f], //     Logical Maximum (127)
  ...[0x75, 0x08], //     Report Size (8)
  ...[0x95, 0x02], //     Report Count (2)
  ...[0x81, 0x06], //     Input (Data, Variable, Relative)
  ...WHEELS,
  ...[0xc0], //         End Collection
  ...[0xc0], //       End Collection
);

/** First bytes of the reports of the consumer function. */
export const CONSUMER_REPORT_ID = 1;
export const SYSTEM_REPORT_ID = 2;

/** One key of the consumer page, 16 bits little-endian, and one of system control. */
const CONSUMER = Uint8Array.of(
  ...[0x05, 0x0c], // Usage Page (Consumer)
  ...[0x09, 0x01], // Usage (Consumer Control)
  ...[0xa1, 0x01], // Collection (Application)
  ...[0x85, CONSUMER_REPORT_ID], // Report ID
  ...[0x19, 0x01], //   Usage Minimum (1)
  ...[0x2a, 0x9c, 0x02], // Usage Maximum (the last of the application controls)
  ...[0x15, 0x01], //   Logical Minimum (1): 0 is none
  ...[0x26, 0x9c, 0x02], // Logical Maximum (668)
  ...[0x75, 0x10], //   Report Size (16)
  ...[0x95, 0x01], //   Report Count (1)
  ...[0x81, 0x00], //   Input (Data, Array): the key that is down
  ...[0xc0], //       End Collection
  ...[0x05, 0x01], // Usage Page (Generic Desktop)
  ...[0x09, 0x80], // Usage (System Control)
  ...[0xa1, 0x01], // Collection (Application)
  ...[0x85, SYSTEM_REPORT_ID], // Report ID
  ...[0x19, 0x81], //   Usage Minimum (System Power Down)
  ...[0x29, 0x83], //   Usage Maximum (System Wake Up)
  ...[0x15, 0x01], //   Logical Minimum (1): 0 is none
  ...[0x25, 0x03], //   Logical Maximum (3)
  ...[0x75, 0x08], //   Report Size (8)
  ...[0x95, 0x01], //   Report Count (1)
  ...[0x81, 0x00], //   Input (Data, Array): the key that is down
  ...[0x81, 0x01], //   Input (Constant): both reports are of one length
  ...[0xc0], //       End Collection
);

export const HID_FUNCTIONS: Readonly<Record<Endpoint, HidFunction>> = {
  keyboard: { subclass: 1, protocol: 1, reportLength: 8, descriptor: KEYBOARD },
  // Not a boot mouse: a BIOS would read absolute positions as movements.
  pointer: { subclass: 0, protocol: 0, reportLength: 7, descriptor: POINTER },
  mouse: { subclass: 1, protocol: 2, reportLength: 5, descriptor: MOUSE },
  consumer: { subclass: 0, protocol: 0, reportLength: 3, descriptor: CONSUMER },
};
