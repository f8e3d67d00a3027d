/** Debian's Chromium, driven over the DevTools protocol, in front of the built binary. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { PASSWORD } from "../api/person.ts";

const CHROMIUM = "/usr/bin/chromium";
/** The page is local, and a step that takes longer than this has failed. */
const STEP_MS_MAX = 20_000;

/** @param args further switches of Chromium */
export async function launch(...args: string[]): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: run scripts/setup.sh test`);
  return await chromium.launch({
    executablePath: CHROMIUM,
    // Who runs the tests may be root, for whom Chromium has no sandbox.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", ...args],
  });
}

/** Of a browser's profile: its size, its permissions. */
export type Options = NonNullable<Parameters<Browser["newContext"]>[0]>;

export interface Person extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of: errors of scripts, and what its policy has blocked. */
  readonly complaints: readonly string[];
}

/** Somebody with a browser profile of their own, who has opened the page. */
export async function visit(
  browser: Browser,
  { port }: { readonly port: number },
  options: Options = {},
): Promise<Person> {
  const viewport = { width: 1280, height: 720 };
  const context = await browser.newContext({ viewport, ...options });
  context.setDefaultTimeout(STEP_MS_MAX);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) complaints.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  return { page, context, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Somebody who is logged in already, by the cookie of test/api/person.ts. */
export async function arrive(
  browser: Browser,
  server: { readonly port: number },
  cookie: string,
  options: Options = {},
): Promise<Person> {
  const [name = "", value = ""] = cookie.split("=");
  const known = { name, value, domain: "127.0.0.1", path: "/", httpOnly: true, secure: false };
  const cookies = [{ ...known, expires: -1, sameSite: "Strict" as const }];
  const person = await visit(browser, server, {
    ...options,
    storageState: { cookies, origins: [] },
  });
  await person.page.getByRole("navigation", { name: "Tools" }).waitFor();
  return person;
}

/** Logs in as the `admin` of test/api/person.ts. */
export async function logIn(page: Page, password = PASSWORD): Promise<void> {
  await page.getByRole("textbox", { name: "User" }).fill("admin");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("navigation", { name: "Tools" }).waitFor();
}
