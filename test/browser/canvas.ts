/** What the page shows of the simulated host, read off its canvas. */
import type { Page } from "playwright-core";
import { consoleLines } from "../api/screen.ts";
import { until } from "../lab/guest/run.ts";

/** The console of the simulated host, read off the canvas of the page. */
async function linesOnCanvas(page: Page): Promise<string[]> {
  const jpeg = await page.evaluate(async () => {
    const canvas = document.querySelector("canvas");
    const blob = await new Promise<Blob | null>((resolve) =>
      canvas?.toBlob(resolve, "image/jpeg", 1),
    );
    return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())];
  });
  return await consoleLines(Uint8Array.from(jpeg));
}

/** Waits until a line of the console has `text` in it. */
export async function untilShown(page: Page, text: string): Promise<void> {
  await until(`the canvas to show ${text}`, 10, async () => {
    const isLive = await page.evaluate(() => (document.querySelector("canvas")?.width ?? 0) > 0);
    if (!isLive) return undefined;
    return (await linesOnCanvas(page)).some((line) => line.includes(text)) ? true : undefined;
  });
}
