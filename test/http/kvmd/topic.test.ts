import { afterEach, expect, jest, test } from "bun:test";
import { createLog } from "../../../src/base/log.ts";
import { type State, type Subject, Topic } from "../../../src/http/kvmd/topic.ts";

const here = () => false;

function setUp(subject: Partial<Subject> = {}) {
  const lines: string[] = [];
  const log = createLog(
    () => "debug",
    (line) => lines.push(line),
  );
  const world: { state: State; reads: number } = { state: { a: 1, b: { c: 2 } }, reads: 0 };
  const read = () => {
    world.reads++;
    return structuredClone(world.state);
  };
  const topic = new Topic({ name: "hid", read, ...subject }, log);
  const listener = () => {
    const heard: unknown[] = [];
    return { heard, hear: (event: string) => heard.push(JSON.parse(event)) };
  };
  return { topic, world, lines, listener };
}

const told = (event: unknown) => ({ event_type: "hid", event });

afterEach(() => {
  jest.useRealTimers();
});

test("a newcomer is told all, and everybody the members that change", async () => {
  const { topic, world, listener } = setUp();
  const [one, two] = [listener(), listener()];
  await topic.join(one, here);
  world.state = { a: 1, b: { c: 3 } };
  await topic.join(two, here);
  await topic.look();
  world.state = { a: 0, b: { c: 3 } };
  await topic.look();
  topic.leave(one);
  world.state = { a: 5, b: { c: 3 } };
  await topic.look();
  expect(one.heard).toEqual([told({ a: 1, b: { c: 2 } }), told({ b: { c: 3 } }), told({ a: 0 })]);
  expect(two.heard).toEqual([told({ a: 1, b: { c: 3 } }), told({ a: 0 }), told({ a: 5 })]);
});

test("a state that is split is told member by member", async () => {
  const { topic, world, listener } = setUp({ isSplit: true });
  const one = listener();
  await topic.join(one, here);
  world.state = { a: 2, b: { c: 2 } };
  await topic.look();
  expect(one.heard).toEqual([told({ a: 1 }), told({ b: { c: 2 } }), told({ a: 2 })]);
});

test("nobody looks while nobody listens", async () => {
  jest.useFakeTimers();
  const { topic, world, listener } = setUp({ everyMs: 100 });
  const pass = async () => {
    jest.advanceTimersByTime(100);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const [one, two] = [listener(), listener()];
  await topic.join(one, here);
  await topic.join(two, here);
  expect(world.reads).toBe(2);
  await pass();
  await pass();
  expect(world.reads).toBe(4);
  topic.leave(one);
  await pass();
  expect(world.reads).toBe(5);
  topic.leave(two);
  await pass();
  expect(world.reads).toBe(5);
  await topic.join(one, here);
  await pass();
  expect(world.reads).toBe(7);
  topic.leave(one);
});

test("who has left while it was read is told nothing", async () => {
  const { topic, world, listener } = setUp();
  const one = listener();
  await topic.join(one, () => true);
  world.state = { a: 2 };
  await topic.look();
  expect(one.heard).toEqual([]);
});

test("what cannot be read is told to nobody, and logged once", async () => {
  let fails = true;
  const read = async () => {
    if (fails) throw new Error("no such file");
    return { a: 1 };
  };
  const { topic, lines, listener } = setUp({ read });
  const one = listener();
  await topic.join(one, here);
  await topic.look();
  expect(lines).toEqual(["error linkrd: the state of hid cannot be read: no such file"]);
  fails = false;
  await topic.look();
  expect(one.heard).toEqual([told({ a: 1 })]);
});
