/** For who uses no mouse, or does not see: names, focus, and the way out of the screen. */
import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { until } from "../lab/guest/run.ts";
import type { Person } from "./chromium.ts";
import { Room } from "./room.ts";

const room = Room.forTests();

const USABLE = new Set(["button", "textbox", "checkbox", "combobox", "link", "dialog", "img"]);

/** What a screen reader would find without a name, and how much it finds. */
async function nameless({ page, context }: Person): Promise<{ found: number; nameless: string[] }> {
  const client = await context.newCDPSession(page);
  const { nodes } = await client.send("Accessibility.getFullAXTree");
  await client.detach();
  const usable = nodes.filter((node) => !node.ignored && USABLE.has(String(node.role?.value)));
  const without = usable.filter(({ name }) => String(name?.value ?? "") === "");
  return { found: usable.length, nameless: without.map(({ role }) => String(role?.value)) };
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
  });
}

test("everything that can be used has a name", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Paste text" }).click();
  await page.getByRole("button", { name: "On-screen keyboard" }).click();
  const screen = await nameless(person);
  expect(screen.found).toBeGreaterThan(80);
  expect(screen.nameless).toEqual([]);

  await page.getByRole("button", { name: "System Settings" }).click();
  for (const name of ["Device", "Video", "Wake on LAN", "Log"]) {
    await page.getByRole("button", { name, exact: true }).click();
  }
  await page.getByLabel("MAC address").waitFor();
  expect((await nameless(person)).nameless).toEqual([]);
  await page.getByRole("button", { name: "Generate" }).click();
  await page.getByRole("dialog", { name: "Access Token" }).waitFor();
  expect((await nameless(person)).nameless).toEqual([]);
  expect(person.complaints).toEqual([]);
}, 30_000);

test("three keys lead out of the screen, and Tab on from there", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByText("Connected").waitFor();
  expect(await focused(page)).toContain("Screen of the host");
  // Every key is the host's, Tab too.
  await page.keyboard.press("Tab");
  expect(await focused(page)).toContain("Screen of the host");
  for (const key of ["Control", "Alt", "Shift"]) await page.keyboard.down(key);
  for (const key of ["Shift", "Alt", "Control"]) await page.keyboard.up(key);
  expect(await focused(page)).toBe("Screen");
  const passed: string[] = [];
  for (let at = 0; at < 4; at++) {
    await page.keyboard.press("Tab");
    passed.push(await focused(page));
  }
  expect(passed).toEqual(["Shortcuts", "Paste text", "On-screen keyboard", "System Settings"]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "System Settings" }).waitFor();
  // What was pressed may still be on its way.
  await until("nothing to be held", 10, async () => {
    const { keys, modifiers } = (await room.linkrd.status()).hid.held;
    return keys + modifiers === 0 || undefined;
  });
  expect(person.complaints).toEqual([]);
}, 30_000);

test("a dialog keeps the focus, and Esc closes it and gives it back", async () => {
  await using person = await room.arrive();
  const { page } = person;
  await page.getByRole("button", { name: "System Settings" }).click();
  await page.getByRole("button", { name: "Generate" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Access Token" });
  await dialog.waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe(
    "token-name",
  );
  for (let at = 0; at < 20; at++) {
    await page.keyboard.press("Tab");
    const isInside = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement === document.body || activeElement?.closest("dialog") !== null;
    });
    expect(isInside).toBe(true);
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await focused(page)).toContain("Generate");
  expect(person.complaints).toEqual([]);
}, 30_000);
