import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Fault } from "../base/fault.ts";

/**
 * What a person types at the terminal `input` after each of `prompts`, which are written to
 * `output`. Each is a line that can be edited as any other, but its echo goes nowhere.
 *
 * @throws Fault `usage` when Ctrl-C, Ctrl-D or the end of `input` comes first
 */
export async function askSecrets(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  prompts: readonly string[],
): Promise<readonly string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  lines.once("SIGINT", () => lines.close());
  const typed: string[] = [];
  try {
    // One after the other of the same reader: what is typed ahead is not lost.
    const next = lines[Symbol.asyncIterator]();
    for (const prompt of prompts) {
      output.write(prompt);
      const line = await next.next();
      output.write("\n");
      if (line.done === true) throw new Fault("usage", "nothing was typed: nothing is changed");
      typed.push(line.value);
    }
    return typed;
  } finally {
    lines.close();
  }
}
