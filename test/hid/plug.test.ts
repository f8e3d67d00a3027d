/** Against files; that a host sees it come and go is tried in the lab. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsbPlug } from "../../src/hid/plug.ts";
import { readUsbPort } from "../../src/hid/udc.ts";

let folder = "";
let file = "";
let plug: UsbPlug;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "linkrd-plug-"));
  const [configfs, udcClass] = [join(folder, "config"), join(folder, "udc")];
  const root = join(configfs, "usb_gadget/linkrd");
  mkdirSync(root, { recursive: true });
  for (const udc of ["one.usb", "two.usb"]) mkdirSync(join(udcClass, udc), { recursive: true });
  file = join(root, "UDC");
  plug = new UsbPlug({ configfs, udcClass });
});

afterEach(() => rmSync(folder, { recursive: true }));

test("it comes back where it was", () => {
  writeFileSync(file, "two.usb\n");
  expect([plug.connected, plug.isOut]).toEqual([true, false]);
  plug.set(true);
  expect(readFileSync(file, "utf8")).toBe("two.usb\n");
  plug.set(false);
  expect([plug.connected, plug.isOut, readFileSync(file, "utf8")]).toEqual([false, true, "\n"]);
  plug.set(true);
  expect([plug.connected, readFileSync(file, "utf8")]).toEqual([true, "two.usb"]);
});

test("one that was never plugged in goes to the first controller", () => {
  writeFileSync(file, "\n");
  plug.set(true);
  expect(readFileSync(file, "utf8")).toBe("one.usb");
});

test("a host that sleeps is woken, and no other", () => {
  const controller = join(folder, "udc/two.usb");
  const [state, srp] = [join(controller, "state"), join(controller, "srp")];
  writeFileSync(file, "two.usb\n");
  plug.wake();
  writeFileSync(state, "configured\n");
  plug.wake();
  expect(existsSync(srp)).toBe(false);
  writeFileSync(state, "suspended\n");
  plug.wake();
  expect(readFileSync(srp, "utf8")).toBe("1");
  rmSync(srp);
  // As the gadget tells it, where the controller does not.
  writeFileSync(state, "configured\n");
  mkdirSync(join(controller, "device/gadget.0"), { recursive: true });
  writeFileSync(join(controller, "device/gadget.0/suspended"), "1\n");
  writeFileSync(join(controller, "function"), "configfs-gadget.linkrd\n");
  plug.wake();
  expect(readFileSync(srp, "utf8")).toBe("1");
  expect(readUsbPort(join(folder, "udc"))).toBeUndefined();
  rmSync(join(folder, "udc/one.usb"), { recursive: true });
  expect(readUsbPort(join(folder, "udc"))).toEqual({ controller: "two.usb", state: "suspended" });
});

test("a controller without a gadget is attached to nothing, whatever its state says", () => {
  const udcClass = join(folder, "udc");
  const state = () => readUsbPort(udcClass)?.state;
  const controller = join(udcClass, "one.usb");
  writeFileSync(join(controller, "state"), "configured\n");
  writeFileSync(join(controller, "function"), "");
  expect(state()).toBe("not attached");
  writeFileSync(join(controller, "function"), "configfs-gadget.linkrd\n");
  expect(state()).toBe("configured");
  writeFileSync(join(controller, "state"), "default\n");
  expect(state()).toBe("default");
});

test("without a gadget nothing is done", () => {
  rmSync(join(file, ".."), { recursive: true });
  expect(plug.connected).toBeNull();
  plug.set(false);
  plug.wake();
  expect([plug.connected, plug.isOut]).toEqual([null, false]);
});
