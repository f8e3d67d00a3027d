import { type Colour, colour, type Style } from "../drawing/colour.ts";

/** Every colour of the simulated screen. */
export interface Palette {
  readonly skyTop: Colour;
  readonly skyBottom: Colour;
  readonly bar: Style;
  readonly title: Style;
  readonly knobs: Colour;
  readonly console: Style;
  readonly cursor: Style;
  readonly label: Style;
  readonly newest: Style;
  readonly lampOff: Style;
  readonly lampOn: Style;
  readonly pointerEdge: Colour;
  readonly pointerFill: Colour;
  readonly pointerPressed: Colour;
}

export function createPalette(): Palette {
  const dark = colour(0x10161f);
  const text = colour(0xd8dee9);
  const dim = colour(0x8593a8);
  const night = colour(0x0c1117);
  return {
    skyTop: colour(0x3d5a80),
    skyBottom: colour(0x1b2a41),
    bar: { ink: text, paper: dark },
    title: { ink: text, paper: colour(0x2a3648) },
    knobs: colour(0x4d5e78),
    console: { ink: text, paper: night },
    cursor: { ink: night, paper: text },
    label: { ink: dim, paper: dark },
    newest: { ink: colour(0xffffff), paper: colour(0x2f6690) },
    lampOff: { ink: dim, paper: colour(0x222c3a) },
    lampOn: { ink: colour(0x1f1600), paper: colour(0xf4b942) },
    pointerEdge: colour(0x000000),
    pointerFill: colour(0xffffff),
    pointerPressed: colour(0xf4b942),
  };
}
