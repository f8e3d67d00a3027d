/** Runs inside the guest: every group of checks, one line each, `ok NAME` or `not ok NAME: why`. */
import { chain } from "../../../src/base/fault.ts";
import { GROUPS } from "./groups.ts";

for (const { name, run } of GROUPS) {
  await run(async (check, body) => {
    const begin = performance.now();
    let line = `ok ${name}: ${check}`;
    try {
      await body();
    } catch (error) {
      line = `not ${line}: ${chain(error).replaceAll("\n", " ⏎ ")}`;
    }
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    process.stdout.write(`${line} [${seconds} s]\n`);
  });
}
