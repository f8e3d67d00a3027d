/**
 * The least that a server on this runtime can do in the place of linkrd: it writes a report for
 * whatever comes, and answers.
 *
 *   bun test/bench/input/least.ts PORT FIFO
 */
import { openSync, writeSync } from "node:fs";

const [port, fifo = ""] = process.argv.slice(2);
const endpoint = openSync(fifo, "r+");
const REPORT = Uint8Array.of(1, 0, 0);

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  development: false,
  fetch: async (request, server) => {
    if (server.upgrade(request)) return undefined;
    await request.text();
    writeSync(endpoint, REPORT);
    return Response.json({});
  },
  websocket: {
    message: () => {
      writeSync(endpoint, REPORT);
    },
  },
});
process.stdout.write("ready\n");
