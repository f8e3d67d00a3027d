/**
 * PiKVM's API, row by row: each row of pikvm/ names the section of the PiKVM reference that it
 * holds, and is asked of the built binary with its simulated host. Rows run in order.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { OpenApi } from "../../src/http/openapi.ts";
import { Linkrd } from "./linkrd.ts";
import { enter, PASSWORD } from "./person.ts";
import { ABSENT } from "./pikvm/absent.ts";
import { AUTH } from "./pikvm/auth.ts";
import { DOORS } from "./pikvm/doors.ts";
import { ENVELOPE } from "./pikvm/envelope.ts";
import { HID_ROWS } from "./pikvm/hid.ts";
import { INFO_ROWS } from "./pikvm/info.ts";
import { LOG_ROWS } from "./pikvm/log.ts";
import { REDFISH_ROWS } from "./pikvm/redfish.ts";
import { hold, type Row, type World } from "./pikvm/row.ts";
import { STREAMER_ROWS } from "./pikvm/streamer.ts";

const SUBJECTS: readonly (readonly [name: string, rows: readonly Row[]])[] = [
  ["doors", DOORS],
  ["envelope, errors and methods", ENVELOPE],
  ["authentication", AUTH],
  ["info", INFO_ROWS],
  ["keyboard and mouse", HID_ROWS],
  ["log", LOG_ROWS],
  ["video", STREAMER_ROWS],
  ["absent hardware", ABSENT],
  ["Redfish", REDFISH_ROWS],
];

/** A text is recognised in a second or two, by a program that steps back behind all others. */
const ROW_MS_MAX = 90_000;

let linkrd: Linkrd;
let world: World;

beforeAll(async () => {
  linkrd = await Linkrd.start();
  const cookie = await enter(linkrd);
  const document = (await linkrd.ask("/api/openapi.json")).json as OpenApi;
  world = { linkrd, cookie, document, answered: new Set() };
}, 30_000);

afterAll(async () => {
  await linkrd[Symbol.asyncDispose]();
});

describe.each(SUBJECTS)("%s", (_, rows) => {
  const named = rows.map((row) => [row.section, row] as const);
  test.each(named)("%s", async (_, row) => await hold(row, world), ROW_MS_MAX);
});

test("nothing of all that is a fault of linkrd's own", () => {
  expect(linkrd.lines("error")).toEqual([]);
});

test("4 no password, session, token or typed text is in the log", async () => {
  await linkrd.control([["text", "typed text"]]);
  const { text } = await linkrd.ask("/api/log");
  expect(text).toContain("login");
  const session = world.cookie.split("=")[1] ?? "";
  for (const secret of [PASSWORD, linkrd.token, session, "typed", "0".repeat(64)]) {
    expect(secret).not.toBe("");
    expect(text).not.toContain(secret);
    expect(linkrd.log).not.toContain(secret);
  }
});

/** The streams have no end, and are read in tests of their own. */
test("every route has said yes as its document tells, save what is not there", async () => {
  await hold({ section: "2.4", method: "POST", path: "/api/auth/logout", result: {} }, world);
  const operations = Object.values(world.document.paths).flatMap((methods) => {
    return Object.values(methods);
  });
  const told = operations.filter(({ tags, responses }) => {
    const isStream = JSON.stringify(responses).includes("multipart/") || "101" in responses;
    return tags[0] === "PiKVM" && !isStream;
  });
  const missing = told
    .map(({ operationId }) => operationId)
    .filter((id) => {
      const isAbsent = /^(?:get|post)Api(?:Atx|Msd|Gpio|Switch)|^postRedfish/.test(id);
      return !world.answered.has(id) && !isAbsent;
    });
  expect(missing).toEqual([]);
});
