/** The way in: the first user, logging in and out, and what goes wrong there. */
import { expect, test } from "bun:test";
import { curl, PASSWORD } from "../api/person.ts";
import { until } from "../lab/guest/run.ts";
import { logIn } from "./chromium.ts";
import { Room } from "./room.ts";

/** Long enough to be seen by a browser that has other things to do. */
const WAIT_SECONDS = 3;

const room = Room.forTests();

test("the first user is made, with what is wrong next to its field", async () => {
  await using person = await room.visit();
  const { page, complaints } = person;
  await page.getByRole("heading", { name: "Set up linkrd" }).waitFor();
  await page.getByRole("textbox", { name: "User" }).fill("Not A Name");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Password again").fill("something else");
  await page.getByRole("button", { name: "Make user and log in" }).click();
  await page.getByText("The two passwords differ").waitFor();
  await page.getByLabel("Password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Make user and log in" }).click();
  const user = page.locator(".field", { has: page.getByRole("textbox", { name: "User" }) });
  await user.getByText("not a user name").waitFor();
  await page.getByRole("textbox", { name: "User" }).fill("admin");
  await page.getByRole("button", { name: "Make user and log in" }).click();
  await page.getByRole("navigation", { name: "Tools" }).waitFor();
  expect(complaints).toEqual([]);
});

/** Somebody else on the same network types wrong passwords, until he has to wait for a while. */
async function guess(): Promise<void> {
  await until("a wait of some seconds", 20, async () => {
    const fields = ["-d", "user=admin", "-d", "passwd=guess"];
    const { head } = await curl(room.linkrd, "/api/auth/login", ...fields);
    const [, seconds = "0"] = /^retry-after: (\d+)/im.exec(head) ?? [];
    return Number(seconds) >= WAIT_SECONDS ? true : undefined;
  });
}

test("a wrong password is told, and how long to wait is counted down", async () => {
  await using person = await room.visit();
  const { page, complaints } = person;
  await page.getByRole("textbox", { name: "User" }).fill("admin");
  await page.getByLabel("Password").fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Wrong user or password").waitFor();
  await guess();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  const wait = page.getByRole("button", { name: /^Wait \d+ s$/ });
  await wait.waitFor();
  expect(await wait.isDisabled()).toBe(true);
  const seconds = Number(/\d+/.exec((await wait.textContent()) ?? "")?.[0]);
  await page.getByText(/^Too many wrong passwords: try again in \d+ s/).waitFor();
  await page.waitForFunction((before) => {
    const [, now = "0"] =
      /^Wait (\d+) s$/.exec(document.querySelector("form button.main")?.textContent ?? "") ?? [];
    return Number(now) < before;
  }, seconds);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("navigation", { name: "Tools" }).waitFor();
  expect(complaints).toEqual([]);
}, 60_000);

test("a session that ends elsewhere leads to the login, and back to where one was", async () => {
  await using one = await room.visit();
  await logIn(one.page);
  await one.page.getByRole("button", { name: "System Settings" }).click();
  await one.page.evaluate(() => fetch("/api/auth/logout", { method: "POST" }));
  await one.page.getByText("Your session has ended").waitFor();
  await logIn(one.page);
  await one.page.getByRole("heading", { name: "System Settings" }).waitFor();
  await one.page.getByRole("button", { name: "Log out everywhere" }).click();
  await one.page.getByRole("heading", { name: "Log in" }).waitFor();
  await one.page.getByText("Your session has ended").waitFor({ state: "detached" });
  expect(one.complaints).toEqual([]);
});
