/** An agent's loop: act, and see what came of it in the same answer. */
import { expect, test } from "bun:test";
import { Linkrd } from "./linkrd.ts";
import { consoleLines } from "./screen.ts";

test("each act is answered with the picture that shows what it did", async () => {
  await using linkrd = await Linkrd.start();
  const act = (events: readonly unknown[], query = "") => {
    const body = JSON.stringify({ events });
    return linkrd.ask(`/api/public/control?then=snapshot&report=1${query}`, {
      method: "POST",
      body,
    });
  };
  // Out of the way of what is read.
  await linkrd.control([["mouse_abs", 0, 1, 1, 0, 0]]);
  const look = await act([], "&settle=300");
  const isStill = (answer: typeof look) =>
    ["x-changed", "x-settled"].map((name) => answer.headers.get(name));
  expect(isStill(look)).toEqual(["false", "true"]);
  expect((await consoleLines(look.bytes)).filter(Boolean).at(-1)).toBe("$");
  for (const word of ["mkdir demo", "cd demo", "vi notes.txt"]) {
    const typed = await act([["text", word]]);
    expect(typed.status).toBe(200);
    expect(typed.headers.get("x-changed")).toBe("true");
    expect(typed.headers.get("x-settled")).toBe("true");
    expect(typed.headers.get("x-report")).toStartWith(`events=1, characters=${word.length}, `);
    expect((await consoleLines(typed.bytes)).filter(Boolean).at(-1)).toEndWith(`$ ${word}`);
    const entered = await act([["text", "\n"]]);
    expect((await consoleLines(entered.bytes)).filter(Boolean).at(-1)).toBe("$");
  }
  expect(isStill(await act([["delay", 1]], "&settle=300"))).toEqual(["false", "true"]);
}, 60_000);
