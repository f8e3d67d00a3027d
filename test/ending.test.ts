import { expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { ending } from "../src/ending.ts";

test("a signal is the ordinary end, and only the first counts", async () => {
  const program = new EventEmitter();
  const end = ending(program, ["SIGTERM", "SIGINT"]);
  program.emit("SIGINT");
  program.emit("uncaughtException", new Error("too late"));
  await end;
});

test("a second signal on the way down is heard too, and so does not end the process", async () => {
  const program = new EventEmitter();
  const end = ending(program, ["SIGHUP"]);
  program.emit("SIGHUP");
  await end;
  expect(program.emit("SIGHUP")).toBe(true);
});

test.each(["uncaughtException", "unhandledRejection"])("%s is an end too", async (event) => {
  const program = new EventEmitter();
  const end = ending(program, ["SIGTERM"]);
  program.emit(event, new Error("a bug"));
  program.emit(event, new Error("another, on the way down"));
  await expect(end).rejects.toThrow("a bug");
});

test.each([
  ["an exception", "setTimeout(() => { throw new Error('a bug'); });"],
  ["a rejection", "setTimeout(() => void Promise.reject(new Error('a bug')));"],
])("%s that nothing caught leaves time to let go, and the program fails", async (_, bug) => {
  const program = `
    import { ending } from ${JSON.stringify(`${import.meta.dir}/../src/ending.ts`)};
    ${bug}
    try {
      await ending(process, ["SIGTERM"]);
    } catch (error) {
      await new Promise(setImmediate);
      console.log("let go");
      console.log(error.message);
      process.exit(1);
    }`;
  const { stdout, exited } = Bun.spawn([process.execPath, "-e", program], { stderr: "pipe" });
  expect(await new Response(stdout).text()).toBe("let go\na bug\n");
  expect(await exited).toBe(1);
});
