import { Fault } from "../base/fault.ts";
import { Canvas } from "../drawing/canvas.ts";
import { TextArea } from "../drawing/text.ts";
import { Planes } from "../video/planes.ts";
import { drawArrow } from "./arrow.ts";
import { type Layout, layoutScreen } from "./layout.ts";
import { createPalette, type Palette } from "./palette.ts";
import { type HostState, showField } from "./status.ts";

const COUNT_COLUMNS = "frame 12345678".length;
/** How far a window's shadow reaches, in steps of two pixels; each darkens by this part. */
const SHADOW_STEPS = 8;
const SHADOW_PART = 0.95;

/** What time it is, and how many pictures came before this one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly wallMs: number;
  readonly frame: number;
}

/**
 * The picture of a host: a desktop with a bar, a console window, a status strip and a pointer.
 *
 * It keeps its own copy without the pointer and draws only the character cells that changed there.
 */
export class Screen {
  readonly layout: Layout;
  readonly #palette: Palette;
  readonly #canvas: Canvas;
  readonly #bar: TextArea;
  readonly #console: TextArea;
  readonly #keys: TextArea;
  readonly #fields: readonly TextArea[];

  /** Draws all that never changes. @param width pixels @param height pixels; odd ones too */
  constructor(width: number, height: number) {
    this.#palette = createPalette();
    this.layout = layoutScreen(width, height, this.#palette);
    this.#canvas = new Canvas(new Planes(width, height));
    const { face, barText, consoleText, keysText, fieldTexts } = this.layout;
    this.#bar = new TextArea(this.#canvas, face, barText);
    this.#console = new TextArea(this.#canvas, face, consoleText);
    this.#keys = new TextArea(this.#canvas, face, keysText);
    this.#fields = fieldTexts.map((place) => new TextArea(this.#canvas, face, place));
    this.#drawDesktop();
    this.#drawWindow();
    this.#drawLabels();
  }

  /** Brings the picture up to date and copies it into `into`, which must be of the same size. */
  draw(into: Planes, clock: Clock, state: HostState): void {
    const { planes } = this.#canvas;
    if (into.width !== planes.width || into.height !== planes.height) {
      throw new Fault(
        "internal",
        `the simulated screen of ${planes.width}x${planes.height} cannot be drawn into ` +
          `${into.width}x${into.height}: make the planes of the screen's size`,
      );
    }
    this.#drawBar(clock);
    this.#drawConsole(state);
    this.#drawKeys(state.recent);
    this.#drawFields(state);
    into.y.set(planes.y);
    into.u.set(planes.u);
    into.v.set(planes.v);
    const { pointerEdge, pointerFill, pointerPressed } = this.#palette;
    drawArrow(into, state.pointer.x, state.pointer.y, {
      scale: this.layout.face.height >= 24 ? this.layout.face.height / 12 : 1,
      edge: pointerEdge,
      fill: state.pointer.buttons === 0 ? pointerFill : pointerPressed,
    });
  }

  #drawDesktop(): void {
    const { bar, status } = this.layout;
    this.#canvas.gradient(this.#palette.skyTop, this.#palette.skyBottom);
    this.#canvas.fill(bar, this.#palette.bar.paper);
    this.#canvas.fill(status, this.#palette.bar.paper);
  }

  #drawWindow(): void {
    const { window, titleHeight, titleText, face, pad, roomy } = this.layout;
    const { title, console, knobs } = this.#palette;
    for (let step = 1; roomy && step <= SHADOW_STEPS; step++) {
      const reach = 2 * step;
      this.#canvas.shade(
        {
          x: window.x - reach,
          y: window.y - reach + pad,
          width: window.width + 2 * reach,
          height: window.height + 2 * reach,
        },
        SHADOW_PART,
      );
    }
    const radius = roomy ? pad : 0;
    this.#canvas.panel(window, console.paper, radius);
    this.#canvas.panel({ ...window, height: titleHeight + radius }, title.paper, radius);
    const body = window.y + titleHeight;
    this.#canvas.fill({ ...window, y: body, height: 2 * radius }, console.paper);
    new TextArea(this.#canvas, face, titleText).put(0, 0, "console", title);
    const side = (titleHeight >> 2) << 1;
    for (let knob = 1; roomy && knob <= 3; knob++) {
      const x = window.x + window.width - knob * (side + pad) - pad;
      const y = window.y + (((titleHeight - side) >> 2) << 1);
      this.#canvas.panel({ x, y, width: side, height: side }, knobs, side >> 1);
    }
  }

  #drawLabels(): void {
    if (!this.layout.roomy) return;
    for (const { field, line, column } of this.layout.fields) {
      this.#fields[line]?.put(0, column, field.label, this.#palette.label);
    }
  }

  #drawBar({ wallMs, frame }: Clock): void {
    const { width, height } = this.#canvas.planes;
    const time = new Date(wallMs).toISOString().slice(11, 19) + (this.layout.roomy ? " UTC" : "");
    const count = `frame ${frame}`.padStart(COUNT_COLUMNS);
    const title = `linkrd simulated host · ${width}×${height}`;
    // What matters most is at the right, and what has no room is left out from the left.
    let end = this.#bar.columns;
    for (const text of [time, count, title]) {
      const start = text === title ? 0 : end - text.length;
      if (start < 0 || start + text.length > end) return;
      this.#bar.put(0, start, text, this.#palette.bar);
      end = start - 2;
    }
  }

  #drawConsole({ console }: HostState): void {
    const style = this.#palette.console;
    const rows = console.view();
    const { row, column } = console.cursor;
    for (let index = 0; index < this.#console.rows; index++) {
      const text = (rows[index] ?? "").padEnd(this.#console.columns);
      if (index !== row) this.#console.put(index, 0, text, style);
      else {
        this.#console.put(index, 0, text.slice(0, column), style);
        this.#console.put(index, column, text.charAt(column), this.#palette.cursor);
        this.#console.put(index, column + 1, text.slice(column + 1), style);
      }
    }
  }

  #drawKeys(recent: readonly string[]): void {
    const { label, bar, newest } = this.#palette;
    let column = this.#keys.put(0, 0, this.layout.roomy ? "last keys  " : "", label);
    for (const [index, name] of recent.entries()) {
      if (index > 0 && column + name.length + 2 > this.#keys.columns) break;
      column = this.#keys.put(0, column, ` ${name} `, index === 0 ? newest : bar);
    }
    this.#keys.put(0, column, " ".repeat(Math.max(0, this.#keys.columns - column)), bar);
  }

  #drawFields(state: HostState): void {
    for (const { field, line, column } of this.layout.fields) {
      const area = this.#fields[line];
      const row = this.layout.roomy ? 1 : 0;
      if (area !== undefined) showField(area, row, column, field.segments(state));
    }
  }
}
