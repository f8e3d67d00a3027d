/**
 * The built binary on a real kernel: one boot runs every check (test/lab/guest), and each check's
 * line becomes a test's result here.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { join, resolve } from "node:path";
import { compileXkb } from "../hid/xkb.ts";
import { bootLab, type LabResult } from "./boot.ts";
import { GROUPS } from "./guest/groups.ts";
import { BINARY } from "./guest/linkrd.ts";
import { must } from "./guest/run.ts";

const ROOT = resolve(import.meta.dir, "../..");
const TIMEOUT_SECONDS = 900;

let lab: LabResult;

beforeAll(
  async () => {
    if (!(await Bun.file(BINARY).exists())) throw new Error(`no ${BINARY}: make build`);
    await must([join(ROOT, "scripts/lab-setup.sh")]);
    compileXkb(join(ROOT, "build/lab"));
    lab = await bootLab({
      script: "node_modules/.bin/bun test/lab/guest/main.ts",
      memoryMiB: 2048,
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    // It tells numbers too, which no test judges.
    await Bun.write(join(ROOT, "build/reports/lab.txt"), lab.output);
  },
  (TIMEOUT_SECONDS + 300) * 1000,
);

/** The line that the guest printed for a check; its last words where it never got to it. */
function lineOf(check: string): string {
  const lines = lab.output.split("\n");
  const line = lines.find(
    (each) => each.startsWith(`ok ${check} [`) || each.startsWith(`not ok ${check}:`),
  );
  return line ?? `never run (exit ${lab.exit}): ${lab.output.slice(-2000)}`;
}

for (const { name, checks } of GROUPS) {
  describe(name, () => {
    for (const check of checks) {
      test(check, () => {
        expect(lineOf(`${name}: ${check}`)).toStartWith("ok ");
      });
    }
  });
}

test("the guest runs to its end", () => {
  expect(lab.exit).toBe(0);
});
