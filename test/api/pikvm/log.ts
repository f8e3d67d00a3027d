/** Section 4: GET /api/log of a daemon that no journal listens to. */
import { expect } from "bun:test";
import { notValid, type Row } from "./row.ts";

const LOG = "/api/log";
const PLAIN = { "content-type": /^text\/plain/ };
const BOOL = "bool (['1', 'true', 'yes'] or ['0', 'false', 'no'])";
/** Lines of kvmd's form, each ended by CR LF. */
const LINES = /^(?:\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d linkrd\.service\] --- [^\r\n]+\r\n)+$/;

export const LOG_ROWS: readonly Row[] = [
  {
    section: "4 the whole log, in kvmd's lines",
    path: LOG,
    headers: PLAIN,
    text: LINES,
    check: ({ text }) => {
      expect(text).toContain("--- info  linkrd: listening on http://127.0.0.1:");
      const [, written = ""] = /^\[(\S+ \S+)/.exec(text) ?? [];
      expect(Math.abs(Date.now() - new Date(written.replace(" ", "T")).getTime())).toBeLessThan(
        600_000,
      );
    },
  },
  { section: "4 seek of everything", path: `${LOG}?seek=86400&follow=0`, text: LINES },
  {
    section: "4 seek below 0",
    path: `${LOG}?seek=-1`,
    ...notValid("The argument '-1' must be log seek and greater or equial than 0"),
  },
  {
    section: "4 seek that is no number",
    path: `${LOG}?seek=an%20hour`,
    ...notValid("The argument 'an hour' is not a valid log seek"),
  },
  {
    section: "4 seek that is empty",
    path: `${LOG}?seek=`,
    ...notValid("None argument is not a valid log seek"),
  },
  {
    section: "4 follow that is no bool",
    path: `${LOG}?follow=always`,
    ...notValid(`The argument 'always' is not a valid ${BOOL}`),
  },
  { section: "2.1 the log is for nobody", path: LOG, as: "nobody", status: 401 },
];
