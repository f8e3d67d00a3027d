import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { askSecrets } from "../../src/cli/secrets.ts";

const PROMPTS = ["password: ", "once more: "];

/** A terminal at which `keys` are typed; `shown` is what stands on it in the end. */
async function typing(keys: string) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked = askSecrets(input, output, PROMPTS).catch((error: unknown) => String(error));
  input.write(keys);
  const outcome = await asked;
  output.end();
  return { outcome, shown: await new Response(output).text() };
}

test.each([
  ["both lines at once", "right\rright\r", ["right", "right"]],
  ["a mistake taken back", "rihg\x7f\x7fght\rright\r", ["right", "right"]],
  ["characters beyond ASCII", "pässwörd 😀\rx\r", ["pässwörd 😀", "x"]],
])("%s, and nothing of it shown", async (_, keys, typed) => {
  const { outcome, shown } = await typing(keys);
  expect(outcome).toEqual(typed);
  expect(shown).toBe("password: \nonce more: \n");
});

test.each([
  ["Ctrl-C", "secr\x03"],
  ["Ctrl-D", "\x04"],
])("%s changes nothing", async (_, keys) => {
  const { outcome, shown } = await typing(keys);
  expect(outcome).toBe("Fault: nothing was typed: nothing is changed");
  expect(shown).toBe("password: \n");
});
