import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import { Turns } from "../../src/control/turns.ts";

const { signal } = new AbortController();

test("turns come in order, one at a time", async () => {
  const turns = new Turns(8);
  const order: number[] = [];
  let running = 0;
  const one = async (number: number) => {
    using _turn = await turns.take(signal);
    running++;
    expect(running).toBe(1);
    await Promise.resolve();
    order.push(number);
    running--;
  };
  await Promise.all([1, 2, 3, 4].map(one));
  expect(order).toEqual([1, 2, 3, 4]);
  expect(turns.waiting).toBe(0);
});

test("one more than may wait is refused, and the others still get their turn", async () => {
  const turns = new Turns(2);
  const first = await turns.take(signal);
  const second = turns.take(signal);
  const third = turns.take(signal);
  await expect(turns.take(signal)).rejects.toThrow(
    new Fault("too_many", "2 batches are waiting already: send the next when one was answered"),
  );
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});

test("who aborts while waiting leaves the queue, and one aborted before never enters", async () => {
  const turns = new Turns(1);
  const first = await turns.take(signal);
  const impatient = new AbortController();
  const second = turns.take(impatient.signal);
  impatient.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  expect(turns.waiting).toBe(0);
  await expect(turns.take(AbortSignal.abort(new Error("never")))).rejects.toThrow("never");
  const third = turns.take(signal);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});
