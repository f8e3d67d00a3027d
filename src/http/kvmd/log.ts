import type { Context } from "hono";
import type { Authority } from "../../access/authority.ts";
import { Fault } from "../../base/fault.ts";
import { LIMITS } from "../../base/limits.ts";
import { printable } from "../../base/log.ts";
import type { LogLine, LogSource } from "../../base/log-ring.ts";
import type { RouteDoc } from "../doc.ts";
import { readLooseQuery } from "../query.ts";
import type { Env } from "../route.ts";
import { bool, integer, optional } from "./query.ts";

export interface LogParts {
  readonly lines: LogSource;
  readonly authority: Authority;
}

export const logDoc = {
  tag: "PiKVM",
  summary: "The log",
  query: {
    seek: optional(
      integer("Lines of so many seconds; 0: all of this boot.", "log seek", { min: 0 }),
      0,
    ),
    follow: optional(bool("Go on with the lines that come besides."), false),
  },
  answers: { 200: { about: "A line each, ended by CR LF.", types: ["text/plain"] } },
} as const satisfies RouteDoc;

/**
 * GET /api/log: the lines of the last `seek` seconds, or of this boot, as kvmd prints them; with
 * `follow` those that come besides, until the client leaves or its credential ends. A client pulls,
 * so a slow one holds up the reading of the log and nothing else.
 */
export function logHandler({ lines, authority }: LogParts) {
  let readers = 0;
  return (context: Context<Env>): Response => {
    const { seek, follow } = readLooseQuery(context.req.url, logDoc.query);
    if (readers >= LIMITS.log_readers_max) {
      throw new Fault("too_many", `${readers} clients read the log already: try again later`);
    }
    readers++;
    const leaving = new AbortController();
    let unwatch = () => {};
    const leave = () => {
      if (leaving.signal.aborted) return;
      readers--;
      leaving.abort();
      unwatch();
    };
    unwatch = authority.watch(context.var.identity, leave);
    context.req.raw.signal.addEventListener("abort", leave, { once: true });
    context.env.unhurried();
    const sinceMs = seek === 0 ? 0 : Date.now() - seek * 1000;
    return new Response(bodyOf(lines.read(sinceMs, follow, leaving.signal), leave), {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  };
}

function bodyOf(lines: AsyncIterable<LogLine>, leave: () => void): ReadableStream<Uint8Array> {
  const reader = lines[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.next();
          if (done !== true) return controller.enqueue(encoder.encode(printed(value)));
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        leave();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

/** `[2026-11-22 03:04:05 linkrd.service] --- message`, in local time, ended by CR LF. */
function printed({ atMs, unit, text }: LogLine): string {
  const at = new Date(atMs);
  const two = (number: number) => `${number}`.padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `[${day} ${time} ${unit}] --- ${printable(text.trimEnd())}\r\n`;
}
