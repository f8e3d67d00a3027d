import { expect, test } from "bun:test";
import { Glob } from "bun";
import { mask } from "./mask.ts";

/** With `·` for each character that was made a space. */
function dotted(text: string): string {
  const masked = mask(text);
  expect(masked).toHaveLength(text.length);
  const dots = Array.from(masked, (character, at) => (character === text[at] ? character : "·"));
  return dots.join("");
}

test("comments go, and what is not in them stays", () => {
  expect(dotted("a // b 'c\nd /* e\n` */ f")).toBe("a ·· · ··\nd ·· ·\n· ·· f");
});

test("the inside of strings goes, with all that looks like code in it", () => {
  expect(dotted(`f("a\\"b", 'c"', "//") // d`)).toBe(`f("····", '··', "··") ·· ·`);
});

test("templates go, but for the code in them", () => {
  const text = `\`a{\${b({ c: \`}\${d}\` })}e}\` + f`;
  expect(dotted(text)).toBe(`\`··\${b({ c: \`·\${d}\` })}··\` + f`);
});

test("regular expressions go, and divisions stay", () => {
  expect(dotted("a / b / c; d = /[/\"]'\\//g; f(/{/); return /x/;")).toBe(
    "a / b / c; d = /·······/g; f(/·/); return /·/;",
  );
});

test("of every file in the tree, code that still parses is left", async () => {
  const root = `${import.meta.dir}/../..`;
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  let files = 0;
  for (const path of new Glob("{src,test}/**/*.ts").scanSync(root)) {
    const masked = mask(await Bun.file(`${root}/${path}`).text());
    expect(() => transpiler.transformSync(masked), path).not.toThrow();
    files += 1;
  }
  expect(files).toBeGreaterThan(50);
});
