import { expect, test } from "bun:test";
import { Face } from "../../src/drawing/font.ts";
import { GLYPHS } from "../../src/drawing/spleen.ts";

function rowsOf(face: Face, character: string): string[] {
  const first = face.glyph(character.charCodeAt(0)) * face.height;
  return Array.from(face.rows.subarray(first, first + face.height), (row) =>
    row.toString(2).padStart(face.width, "0").replaceAll("0", ".").replaceAll("1", "#"),
  );
}

test("the letter A of the middle size", () => {
  expect(rowsOf(new Face("8x16", 1), "A")).toEqual([
    "........",
    "........",
    ".#####..",
    "##...##.",
    "##...##.",
    "##...##.",
    "#######.",
    "##...##.",
    "##...##.",
    "##...##.",
    "##...##.",
    "##...##.",
    "........",
    "........",
    "........",
    "........",
  ]);
});

test("every size has every glyph, and no two look alike", () => {
  for (const name of ["6x12", "8x16", "12x24"] as const) {
    const face = new Face(name, 1);
    expect(face.rows.length).toBe(GLYPHS.length * face.height);
    const shapes = new Set(Array.from(GLYPHS, (glyph) => rowsOf(face, glyph).join("")));
    expect(shapes.size).toBe(GLYPHS.length);
    expect([face.width % 2, face.height % 2]).toEqual([0, 0]);
  }
});

test("a scaled glyph has each pixel as a square", () => {
  const once = rowsOf(new Face("12x24", 1), "g");
  const twice = rowsOf(new Face("12x24", 2), "g");
  const doubled = once.flatMap((row) => {
    const wide = Array.from(row, (pixel) => pixel + pixel).join("");
    return [wide, wide];
  });
  expect(twice).toEqual(doubled);
});

test("a character that the font lacks is a question mark", () => {
  const face = new Face("6x12", 1);
  expect(face.glyph(0x20ac)).toBe(face.glyph(0x3f));
});
