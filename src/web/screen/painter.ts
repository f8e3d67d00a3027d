/** Draws what the delta stream tells on a canvas. */
import { type Begin, jpegOf, type Run, type ScreenMessage } from "./delta.ts";

/** A part of a picture, decoded. */
interface Patch {
  readonly image: ImageBitmap;
  readonly top: number;
}

export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  #begin: Begin | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
  }

  /** A picture of another size clears the canvas; one of the same size is drawn over. */
  begin(begin: Begin): void {
    this.#begin = begin;
  }

  /** Decodes a message at once, off this thread. @returns what draws it, when it is its turn */
  decode(message: Extract<ScreenMessage, { kind: "strips" | "whole" }>): Promise<() => void> {
    return message.kind === "whole" ? this.#whole(message.jpeg) : this.#strips(message.runs);
  }

  async #whole(jpeg: Uint8Array<ArrayBuffer>): Promise<() => void> {
    const image = await decode([jpeg]);
    return () => {
      this.#fit(image.width, image.height);
      this.#draw([{ image, top: 0 }]);
    };
  }

  async #strips(runs: readonly Run[]): Promise<() => void> {
    const begin = this.#begin;
    if (begin === undefined) throw new Error("strips of no picture");
    const patches = await Promise.all(
      runs.map(async (run) => {
        return { image: await decode(jpegOf(begin, run)), top: run.first * begin.stripLines };
      }),
    );
    return () => {
      this.#fit(begin.width, begin.height);
      this.#draw(patches);
    };
  }

  #fit(width: number, height: number): void {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }

  #draw(patches: readonly Patch[]): void {
    for (const { image, top } of patches) {
      this.#context?.drawImage(image, 0, top);
      image.close();
    }
  }
}

function decode(parts: Uint8Array<ArrayBuffer>[]): Promise<ImageBitmap> {
  return createImageBitmap(new Blob(parts, { type: "image/jpeg" }));
}
