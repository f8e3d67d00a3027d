/** System Settings: access tokens, from the dialog to curl and back, and the second factor. */
import { expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { curl, PASSWORD } from "../api/person.ts";
import { logIn, type Options, type Person } from "./chromium.ts";
import { Room } from "./room.ts";

const MARKUP = "<img src=x onerror=alert(1)>";

const room = Room.forTests();

async function openSettings(options: Options = {}): Promise<Person> {
  const person = await room.arrive(options);
  await person.page.getByRole("button", { name: "System Settings" }).click();
  await person.page.getByRole("heading", { name: "Access Tokens" }).waitFor();
  return person;
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Generate" }).click();
  await page.getByRole("dialog").waitFor();
}

async function generate(page: Page, name: string, password = PASSWORD): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Secret Name").fill(name);
  await dialog.getByLabel("User Password").fill(password);
  await dialog.getByRole("button", { name: "Generate" }).click();
}

/** The token that is made. */
async function generated(page: Page, name: string): Promise<string> {
  await generate(page, name);
  return await page.getByRole("textbox", { name: "Access Token" }).inputValue();
}

test("a token is generated, used by curl, seen in use, revoked and deleted", async () => {
  await using person = await openSettings();
  const { page, complaints } = person;
  await openDialog(page);
  await page.getByLabel("metrics").uncheck();
  await page.getByLabel("Expiration").selectOption("In 30 days");
  const token = await generated(page, "ci-deploy-01");
  expect(token).toMatch(/^radxa_linkr_[A-Za-z0-9_-]{86}$/);
  await page.getByRole("button", { name: "Done" }).click();

  const row = page.getByRole("row", { name: "ci-deploy-01" });
  await row.getByText("Active").waitFor();
  await row.getByText("never").waitFor();
  await row.getByText("expires in 30 days").waitFor();
  expect(await row.textContent()).toContain("view, control, info, log, power, media");
  expect(await page.content()).not.toContain(token);

  const use = () => curl(room.linkrd, "/api/status", "-H", `Authorization: token ${token}`);
  expect((await use()).status).toBe(200);
  await row.getByText("127.0.0.1").waitFor();

  await row.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByText("Revoke ci-deploy-01?").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await row.getByText("Revoked").waitFor();
  expect((await use()).status).toBe(401);
  await row.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row.waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
}, 60_000);

test("each refusal stands next to its field, in the vendor's words", async () => {
  await using person = await openSettings();
  const { page, complaints } = person;
  const field = (label: string) => page.locator(".field", { has: page.getByLabel(label) });
  await openDialog(page);
  await generate(page, "Not-A-Name-");
  await field("Secret Name").getByText("Invalid Name Format", { exact: true }).waitFor();
  await generate(page, "test");
  await field("Secret Name").getByText("Name Already Exists", { exact: true }).waitFor();
  await page.getByLabel("Expiration").selectOption("On a date…");
  await generate(page, "other");
  await field("Expires on").getByText("not an expiry").waitFor();
  await page.getByLabel("Expires on").fill("2030-01-01");
  await generate(page, "other", "not the password");
  await field("User Password").getByText("Wrong Password", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
}, 60_000);

test("without a clipboard the token is selected, to be copied by hand", async () => {
  await using person = await openSettings();
  const { page } = person;
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await openDialog(page);
  const token = await generated(page, "by-hand");
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copy Failed").waitFor();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(token);
}, 60_000);

test("with a clipboard it is on it", async () => {
  const permissions = ["clipboard-read", "clipboard-write"];
  await using person = await openSettings({ permissions });
  const { page } = person;
  await openDialog(page);
  const token = await generated(page, "on-clipboard");
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied.").waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
}, 60_000);

test("what a hand wrote into the file is text, whatever it says", async () => {
  const file = join(room.linkrd.folder, "access.toml");
  const lines = ['name = "hand"', `user = "${MARKUP}"`, `sha256 = "${"0".repeat(64)}"`];
  const row = ["", "[[token]]", ...lines, "abilities = []", ""].join("\n");
  await writeFile(file, (await readFile(file, "utf8")) + row);
  await using person = await openSettings();
  const { page, complaints } = person;
  await page.getByRole("row", { name: "hand" }).getByText("none", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Log", exact: true }).click();
  await page.getByRole("log").getByText("listening on").waitFor();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => dialogs.push(dialog.message()));
  const blocked = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<b>markup</b>";
      return "not blocked";
    } catch (error) {
      return String(error);
    }
  });
  expect(blocked).toContain("TrustedHTML");
  expect(dialogs).toEqual([]);
  expect(complaints.filter((text) => !text.includes("TrustedHTML"))).toEqual([]);
}, 60_000);

test("the password is changed, and other sessions end under their users' hands", async () => {
  await using one = await openSettings();
  await using two = await room.visit();
  await logIn(two.page);
  await two.page.getByRole("button", { name: "System Settings" }).click();
  const next = "another horse: battery";
  await one.page.getByRole("button", { name: "Change password" }).click();
  const dialog = one.page.getByRole("dialog");
  await dialog.getByLabel("Current password").fill("wrong");
  await dialog.getByLabel("New password", { exact: true }).fill(next);
  await dialog.getByLabel("New password again").fill(next);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await dialog.getByText("Wrong Password").waitFor();
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await one.page.getByText("The password is changed").waitFor();
  await two.page.getByText("Your session has ended").waitFor();
  await logIn(two.page, next);
  await two.page.getByRole("heading", { name: "Access Tokens" }).waitFor();
  const body = { password: next, new_password: PASSWORD };
  await two.page.evaluate(
    (json) => fetch("/api/account/password", { method: "PUT", body: JSON.stringify(json) }),
    body,
  );
  // The password is as it was, and nobody is logged in: tests that follow begin anew.
  room.forgetCookie();
  expect([one.complaints, two.complaints]).toEqual([[], []]);
}, 60_000);

test("a second factor is set up by its code, asked for at the login, and turned off", async () => {
  await using person = await openSettings();
  const { page, complaints } = person;
  await page.getByRole("button", { name: "Set up second factor" }).click();
  await page.getByRole("dialog").getByLabel("User Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  const secret = (await page.locator(".secret code").textContent()) ?? "";
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByText("that is no code of the new secret").waitFor();
  await page.getByRole("textbox", { name: "Code" }).fill(totp.generate());
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByText("Second factor on").waitFor();

  await page.getByRole("button", { name: "Log out everywhere" }).click();
  await page.getByRole("textbox", { name: "User" }).fill("admin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("textbox", { name: "Code" }).fill(totp.generate());
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Access Tokens" }).waitFor();

  await page.getByRole("button", { name: "Turn off second factor" }).click();
  await page.getByRole("dialog").getByLabel("User Password").fill(PASSWORD);
  // A code opens once: the next one is accepted a step ahead.
  const next = totp.generate({ timestamp: Date.now() + 30_000 });
  await page.getByRole("dialog").getByLabel("Code").fill(next);
  await page.getByRole("dialog").getByRole("button", { name: "Turn off second factor" }).click();
  await page.getByText("Second factor off").waitFor();
  expect(complaints).toEqual([]);
}, 60_000);
