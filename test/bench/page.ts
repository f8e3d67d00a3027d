/**
 * The live view, measured where it is seen: in Chromium, from a key to its pixels on the canvas.
 * Prints a table and writes build/bench/page.json.
 *
 * The simulated host shows each key that it takes. What is drawn below its clock shows one, and the
 * moment of drawing is noted. Both moments are told by the browser's own clock.
 */
import { mkdir, writeFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { Linkrd } from "../api/linkrd.ts";
import { enter } from "../api/person.ts";
import { launch, logIn, visit } from "../browser/chromium.ts";
import { spread, table } from "./video/statistics.ts";

const SIZES = [
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];
const RATES = [30, 60];
const ROUNDS = 3;
const KEYS = 25;
/** Strips above this line show the time, and change by themselves. */
const CLOCK_LINES = 48;

/** Milliseconds, the median of one round. */
interface Medians {
  /** From the moment when the host has taken a key, as linkrd answers it, to its pixels. */
  readonly change: number;
  /** From the event of a key in the page to its pixels, there and back. */
  readonly key: number;
}

interface Row {
  readonly scene: string;
  readonly change_ms: number[];
  readonly key_ms: number[];
}

/** Notes in the page when something is drawn that the clock does not explain. */
function watchDrawing(clockLines: number): void {
  const { prototype } = CanvasRenderingContext2D;
  const draw = prototype.drawImage;
  const drawImage = function (this: CanvasRenderingContext2D, ...rest: unknown[]) {
    Reflect.apply(draw, this, rest);
    if (Number(rest[2]) >= clockLines) this.canvas.dispatchEvent(new Event("drawn"));
  };
  Object.assign(prototype, { drawImage });
}

/** Presses keys one after the other, and waits for the pixels of each. */
async function measure(page: Page): Promise<Medians> {
  return await page.evaluate(async (keys) => {
    const canvas = document.querySelector("canvas");
    const stage = document.querySelector(".stage");
    if (canvas === null || stage === null) throw new Error("there is no screen");
    const drawn = () =>
      new Promise<number>((resolve) => {
        canvas.addEventListener("drawn", () => resolve(performance.now()), { once: true });
      });
    const pause = () =>
      // Not in step with the frames; long enough for a key to come up, and its pixels with it.
      new Promise((resolve) => {
        const [random = 0] = crypto.getRandomValues(new Uint8Array(1));
        setTimeout(resolve, 120 + random / 5);
      });
    const press = (type: string) => {
      stage.dispatchEvent(new KeyboardEvent(type, { code: "KeyA", bubbles: true }));
    };
    const median = (values: number[]) => {
      return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;
    };
    const [ofKey, ofChange]: [number[], number[]] = [[], []];
    for (let at = 0; at < keys; at++) {
      await pause();
      const pixels = drawn();
      const started = performance.now();
      press("keydown");
      ofKey.push((await pixels) - started);
      press("keyup");
      await pause();
      const shown = drawn();
      const body = JSON.stringify({ events: [["keyboard", "KeyB", true]] });
      await fetch("/api/public/control", { method: "POST", body });
      const taken = performance.now();
      ofChange.push(Math.max(0, (await shown) - taken));
      const up = JSON.stringify({ events: [["keyboard", "KeyB", false]] });
      await fetch("/api/public/control", { method: "POST", body: up });
    }
    return { key: median(ofKey), change: median(ofChange) };
  }, KEYS);
}

async function bench(size: (typeof SIZES)[number], rate: number): Promise<Row> {
  const { width, height } = size;
  const settings = `[video]\nsource = "simulated"\nfps_max = ${rate}\n`;
  const screen = `[simulated]\nwidth = ${width}\nheight = ${height}\n`;
  await using linkrd = await Linkrd.start(settings + screen);
  await enter(linkrd);
  await using browser = await launch();
  await using person = await visit(browser, linkrd, { viewport: { width: 1920, height: 1080 } });
  const { page } = person;
  await page.addInitScript(watchDrawing, CLOCK_LINES);
  await page.reload();
  await logIn(page);
  await page.getByText(`${width}×${height}`).waitFor();
  await page.getByText("Connected").waitFor();
  const rounds: Medians[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(page));
  return {
    scene: `${width}×${height}, ${rate} frames a second`,
    change_ms: rounds.map(({ change }) => change),
    key_ms: rounds.map(({ key }) => key),
  };
}

const rows: Row[] = [];
for (const size of SIZES) for (const rate of RATES) rows.push(await bench(size, rate));

const columns = ["", "change on the host to pixels, ms", "key in the page to pixels, ms"];
const lines = rows.map(({ scene, change_ms, key_ms }) => {
  const shown = [change_ms, key_ms].map((values) => {
    const { min, median, max } = spread(values);
    return `${median.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`;
  });
  return [scene, ...shown];
});
process.stdout.write(`${table(columns, lines)}\n`);
await mkdir("build/bench", { recursive: true });
await writeFile("build/bench/page.json", `${JSON.stringify(rows, null, 2)}\n`);
