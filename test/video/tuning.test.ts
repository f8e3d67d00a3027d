import { expect, test } from "bun:test";
import { createLog } from "../../src/base/log.ts";
import { type Order, unpackOrder } from "../../src/video/messages.ts";
import { Screen } from "../../src/video/screen.ts";

const MODE = { device: "d", driver: "d", format: "YUYV", width: 64, height: 32, tellsSignal: true };

function setUp() {
  const orders: Order[] = [];
  const log = createLog(
    () => "error",
    () => undefined,
  );
  const screen = new Screen({
    order: (order) => void orders.push(unpackOrder(order)),
    nowUs: () => 0,
    inputUs: () => 0,
    log,
  });
  return { screen, orders };
}

test("what is tuned is kept until the video is started anew", () => {
  const { screen, orders } = setUp();
  screen.tune({ quality: 30 });
  screen.tune({ fps: 5 });
  expect(screen.tuning).toEqual({ quality: 30, fps: 5 });
  expect(orders[0]).toEqual({ kind: "quality", quality: 30 });
  screen.rest();
  expect(screen.tuning).toEqual({});
});

test("a thread that was started again is told the quality", () => {
  const { screen, orders } = setUp();
  screen.tune({ quality: 30 });
  screen.fail("it broke");
  orders.length = 0;
  screen.receive({ kind: "state", state: { stage: "ok", mode: MODE } });
  expect(orders).toEqual([{ kind: "quality", quality: 30 }]);
});

test("a thread is told nothing of what was not tuned", () => {
  const { screen, orders } = setUp();
  screen.tune({ fps: 5 });
  screen.receive({ kind: "state", state: { stage: "ok", mode: MODE } });
  expect(orders).toEqual([]);
});

test("reopening is an order", () => {
  const { screen, orders } = setUp();
  screen.reopen();
  expect(orders).toEqual([{ kind: "reopen" }]);
});
