import { expect, test } from "bun:test";
import { Fault } from "../../src/base/fault.ts";
import type { Party } from "../../src/control/party.ts";
import { Turns } from "../../src/control/turns.ts";
import { partyOf } from "./party.ts";

const { signal } = new AbortController();
const token = (key: string): Party => partyOf("token", key);
const A = token("a");
const PERSON = partyOf("person", "person");

/** The order in which those who come in order `comers` get their turns, while `A` has the first. */
async function orderOf(comers: readonly Party[]): Promise<string[]> {
  const turns = new Turns(8);
  const order: string[] = [];
  const first = await turns.take(A, signal);
  const rest = comers.map(async (party) => {
    using _turn = await turns.take(party, signal);
    order.push(party.key);
  });
  first[Symbol.dispose]();
  await Promise.all(rest);
  return order;
}

test("who sends much waits for who sends little", async () => {
  const [b, c] = [token("b"), token("c")];
  expect(await orderOf([A, A, A, b, b, c])).toEqual(["b", "c", "a", "b", "a", "a"]);
});

test("a person goes first, and people take turns as well", async () => {
  const other: Party = { ...PERSON, key: "other" };
  const order = await orderOf([A, token("b"), PERSON, PERSON, other]);
  expect(order).toEqual(["person", "other", "person", "b", "a"]);
});

test("tokens that fill the queue leave room for a person", async () => {
  const turns = new Turns(1);
  const first = await turns.take(A, signal);
  const second = turns.take(A, signal);
  await expect(turns.take(token("b"), signal)).rejects.toMatchObject({ code: "too_many" });
  const person = turns.take(PERSON, signal);
  first[Symbol.dispose]();
  (await person)[Symbol.dispose]();
  (await second)[Symbol.dispose]();
});

test("turns come in order, one at a time", async () => {
  const turns = new Turns(8);
  const order: number[] = [];
  let running = 0;
  const one = async (number: number) => {
    using _turn = await turns.take(A, signal);
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
  const first = await turns.take(A, signal);
  const second = turns.take(A, signal);
  const third = turns.take(A, signal);
  await expect(turns.take(A, signal)).rejects.toThrow(
    new Fault("too_many", "2 batches are waiting already: send the next when one was answered"),
  );
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});

test("who aborts while waiting leaves the queue, and one aborted before never enters", async () => {
  const turns = new Turns(1);
  const first = await turns.take(A, signal);
  const impatient = new AbortController();
  const second = turns.take(A, impatient.signal);
  impatient.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  expect(turns.waiting).toBe(0);
  await expect(turns.take(A, AbortSignal.abort(new Error("never")))).rejects.toThrow("never");
  const third = turns.take(A, signal);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
});
