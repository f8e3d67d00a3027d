/** In front of the screen: what one sees, types and clicks, and that nothing stays down. */
import { expect, test } from "bun:test";
import { until } from "../lab/guest/run.ts";
import { untilShown } from "./canvas.ts";
import { logIn } from "./chromium.ts";
import { Room } from "./room.ts";
import { Wire } from "./wire.ts";

const room = Room.forTests();

async function untilHeld(keys: number, buttons = 0): Promise<void> {
  await until(`${keys} keys to be down`, 15, async () => {
    const { held } = (await room.linkrd.status()).hid;
    return held.keys === keys && held.buttons === buttons ? true : undefined;
  });
}

test("what is typed on the page is seen on its canvas", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.keyboard.type("echo hello from the page");
  await untilShown(page, "echo hello from the page");
  await page.keyboard.press("Enter");
  expect(person.complaints).toEqual([]);
});

test("a click lands where the pointer is in the picture", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  const box = await page.locator(".stage").boundingBox();
  if (box === null) throw new Error("the stage has no place");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await untilHeld(0, 1);
  await page.mouse.up();
  await untilHeld(0, 0);
  expect(person.complaints).toEqual([]);
});

test("nothing stays down when the focus goes, the window's, or the page is left", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.keyboard.down("a");
  await untilHeld(1);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await untilHeld(0);
  await page.keyboard.up("a");

  await page.locator(".stage").focus();
  await page.keyboard.down("b");
  await untilHeld(1);
  await page.evaluate(() => window.dispatchEvent(new Event("blur")));
  await untilHeld(0);
  await page.keyboard.up("b");

  await page.keyboard.down("c");
  await untilHeld(1);
  await page.goto("about:blank");
  await untilHeld(0);
});

test("shortcuts, pasted text and the on-screen keyboard reach the host", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Paste text" }).click();
  await page.getByLabel("Text", { exact: true }).fill("costs 5 €");
  await page.getByRole("button", { name: "Type it" }).click();
  await page.getByText("This layout cannot make € (U+20AC). Nothing was typed.").waitFor();
  await page.getByLabel("Text", { exact: true }).fill(`${"long ".repeat(25)}text`);
  await page.getByRole("button", { name: "Type it" }).click();
  await page.getByText("All 129 typed.").waitFor();
  await untilShown(page, "long text");
  await page.getByRole("button", { name: "On-screen keyboard" }).click();
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  await page.getByRole("button", { name: "ShiftLeft", exact: true }).click();
  await page.getByRole("button", { name: "KeyQ", exact: true }).click();
  await page.getByRole("button", { name: "KeyX", exact: true }).click();
  await untilShown(page, "$ Qx");
  await page.getByRole("button", { name: "CapsLock", exact: true }).click();
  await page.getByText("Caps Lock is on").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "CapsLock", exact: true }).click();
  await page.getByText("Caps Lock is off").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Shortcuts" }).click();
  await page.getByRole("button", { name: "Ctrl+Alt+Del" }).click();
  await untilHeld(0);
  expect(person.complaints).toEqual([]);
});

test("a shortcut of one's own is kept, and a relative mouse is taken and given back", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Shortcuts" }).click();
  await page.getByRole("textbox", { name: "Press the keys here" }).press("Control+Shift+KeyJ");
  await page.getByRole("button", { name: "Add" }).click();
  await page.reload();
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Shortcuts" }).click();
  await page.getByRole("button", { name: "Ctrl+Shift+J", exact: true }).click();
  await page.getByRole("button", { name: "Remove Ctrl+Shift+J" }).click();
  await page.getByRole("button", { name: "Mouse: absolute" }).click();
  await page.locator(".stage").click();
  await page.waitForFunction(() => document.pointerLockElement?.className === "stage");
  await page.mouse.down();
  await untilHeld(0, 1);
  await page.evaluate(() => document.exitPointerLock());
  await untilHeld(0, 0);
  await page.mouse.up();
  await page.getByRole("button", { name: "Mouse: relative" }).click();
  expect(person.complaints).toEqual([]);
});

test("a lost connection lets go of keys, says so, and comes back by itself", async () => {
  await using wire = await Wire.lay(room.linkrd.port);
  await using person = await room.arrive({}, wire);
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.keyboard.down("d");
  await untilHeld(1);
  wire.cut();
  await page.getByRole("heading", { name: "Connection lost" }).waitFor();
  await page.getByText("linkrd does not answer").waitFor();
  await untilHeld(0);
  wire.mend();
  await page.getByText("Connected").waitFor();
  await page.keyboard.up("d");
  await page.keyboard.type(" again");
  await untilShown(page, "again");
});

test("two browsers see who is in control, and take it from each other", async () => {
  await using one = await room.arrive();
  await using two = await room.visit();
  await logIn(two.page);
  await one.page.getByRole("button", { name: "Take control" }).click();
  await one.page.getByText("You are in control").waitFor();
  await two.page.getByText("admin is in control").waitFor();
  await two.page.getByRole("button", { name: "Take over" }).click();
  await two.page.getByText("You are in control").waitFor();
  await one.page.getByText("admin is in control").waitFor();
  await two.page.getByRole("button", { name: "Give back" }).click();
  await one.page.getByRole("button", { name: "Take control" }).waitFor();
  expect([one.complaints, two.complaints]).toEqual([[], []]);
});
