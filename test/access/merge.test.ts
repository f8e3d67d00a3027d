import { expect, test } from "bun:test";
import { merge } from "../../src/access/merge.ts";
import { random } from "../base/toml-generator.ts";

test("changes of two places are both made", () => {
  expect(merge("abc", "aXbc", "abcY")).toBe("aXbcY");
  expect(merge("abc", "abcY", "Xabc")).toBe("XabcY");
  expect(merge("abc", "ab", "Zbc")).toBe("Zb");
  expect(merge("a\nb\n", "b\n", "a\n")).toBe("");
});

test("of two things put at one place theirs comes first", () => {
  expect(merge("a\n", "a\n# 1\n", "a\n\n[[token]]\n")).toBe("a\n# 1\n\n[[token]]\n");
});

test("one change alone is that change, and the same place twice is undefined", () => {
  expect(merge("abc", "abc", "aXc")).toBe("aXc");
  expect(merge("abc", "aXc", "abc")).toBe("aXc");
  expect(merge("abc", "aXc", "aYc")).toBeUndefined();
  expect(merge("abcd", "aXd", "abY")).toBeUndefined();
});

test("changes left and right of a mark nobody touches always go together", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const some = () => "ab\n".repeat(4).slice(Math.floor(next() * 12));
    const [left, newLeft, right, newRight] = [some(), some(), some(), some()];
    const text = (one: string, other: string) => `${one}|${other}`;
    const both = merge(text(left, right), text(newLeft, right), text(left, newRight));
    expect(both).toBe(text(newLeft, newRight));
  }
});
