/** What needs no kernel: the refusals. Making and unmaking gadgets is tried in the lab. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Fault } from "../../src/base/fault.ts";
import { type GadgetPlace, gadgetDown, gadgetUp } from "../../src/hid/gadget.ts";

let folder = "";
let place: GadgetPlace;

/** A system that lacks nothing: configfs is mounted, gadgets are known, one UDC is free. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "linkrd-gadget-"));
  place = {
    configfs: join(folder, "config"),
    udcClass: join(folder, "udc"),
    mounts: join(folder, "mounts"),
    machineId: join(folder, "machine-id"),
    effectiveUserId: 0,
  };
  mkdirSync(join(place.configfs, "usb_gadget"), { recursive: true });
  mkdirSync(join(place.udcClass, "fe980000.usb"), { recursive: true });
  writeFileSync(
    place.mounts,
    `proc /proc proc rw 0 0\nconfigfs ${place.configfs} configfs rw 0 0\n`,
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function refusal(act: () => unknown): [string, string] {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return [error.code, error.message];
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Puts a gadget of somebody else there, bound to `udc`. */
function addGadget(name: string, udc: string): void {
  mkdirSync(join(place.configfs, "usb_gadget", name));
  writeFileSync(join(place.configfs, "usb_gadget", name, "UDC"), `${udc}\n`);
}

test("only root makes and unmakes gadgets", () => {
  const user = { ...place, effectiveUserId: 1000 };
  const expected = "a USB gadget can be made and unmade by root only: use sudo";
  expect(refusal(() => gadgetUp(user))).toEqual(["no_access", expected]);
  expect(refusal(() => gadgetDown(user))).toEqual(["no_access", expected]);
});

test("without configfs it says how to mount it", () => {
  rmSync(place.configfs, { recursive: true });
  writeFileSync(place.mounts, "proc /proc proc rw 0 0\n");
  expect(refusal(() => gadgetUp(place))).toEqual([
    "no_hid",
    "the kernel's configfs is not mounted: " +
      `run modprobe libcomposite && mount -t configfs none ${place.configfs}`,
  ]);
});

test("with configfs but no gadgets in the kernel it names the module", () => {
  rmSync(join(place.configfs, "usb_gadget"), { recursive: true });
  expect(refusal(() => gadgetUp(place))).toEqual([
    "no_hid",
    "the kernel has no USB gadgets yet: run modprobe libcomposite",
  ]);
});

test("without a UDC it says where one comes from", () => {
  rmSync(place.udcClass, { recursive: true });
  const [code, message] = refusal(() => gadgetUp(place));
  expect(code).toBe("no_hid");
  expect(message).toContain("dtoverlay=dwc2");
  expect(message).toContain("modprobe dummy_hcd");
  mkdirSync(place.udcClass);
  expect(refusal(() => gadgetUp(place))).toEqual([code, message]);
});

test("a chosen UDC that is not there is answered with those that are", () => {
  mkdirSync(join(place.udcClass, "fc000000.usb"));
  expect(refusal(() => gadgetUp(place, "fe980000.usb2"))).toEqual([
    "no_hid",
    "there is no UDC fe980000.usb2: choose one of fc000000.usb, fe980000.usb",
  ]);
});

test("a UDC of another gadget is left alone, and the gadget is named", () => {
  addGadget("pikvm", "fe980000.usb");
  expect(refusal(() => gadgetUp(place))).toEqual([
    "conflict",
    "the UDC fe980000.usb is taken by the gadget pikvm: unbind it with: " +
      `echo > ${join(place.configfs, "usb_gadget/pikvm/UDC")}`,
  ]);
  expect(readdirSync(join(place.configfs, "usb_gadget"))).toEqual(["pikvm"]);
});

test("a UDC of a gadget driver outside configfs is left alone, and the driver is named", () => {
  writeFileSync(join(place.udcClass, "fe980000.usb", "function"), "g_ether\n");
  expect(refusal(() => gadgetUp(place))).toEqual([
    "conflict",
    "the UDC fe980000.usb is taken by the gadget driver g_ether: run modprobe -r g_ether",
  ]);
});

test("unmaking what was never made does nothing, also without configfs", () => {
  expect(gadgetDown(place)).toBe(false);
  rmSync(place.configfs, { recursive: true });
  expect(gadgetDown(place)).toBe(false);
  expect(existsSync(place.configfs)).toBe(false);
});
