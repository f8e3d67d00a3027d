/** Screenshots and recordings, as files of the browser's downloads. */
import { Store } from "../state/store.ts";

/** Kinds of video that browsers can record, the one that is preferred first. */
const KINDS = ["video/webm;codecs=vp9", "video/webm", "video/mp4"];
const PICTURES_PER_SECOND = 30;
const CHUNK_MS = 1000;
/** A screen that stands still has a picture as often as this. */
const STILL_MS = 250;
/** A recording that somebody forgot ends by itself. */
const BYTES_MAX = 1024 ** 3;

/** Hands `blob` to the person as a file named after the moment. */
export function save(blob: Blob, extension: string): void {
  const moment = new Date().toISOString().slice(0, 19).replace(/:/g, "-");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `linkrd-${moment}.${extension}`;
  link.click();
  // The browser has begun to read by the next turn, and needs the address no longer.
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/** The picture of a canvas, without loss. */
export async function screenshot(canvas: HTMLCanvasElement): Promise<void> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob !== null) save(blob, "png");
}

export class Recorder {
  readonly isRecording = new Store(false);
  readonly #canvas: HTMLCanvasElement;
  #recorder: MediaRecorder | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Whether this browser can record. */
  get isAble(): boolean {
    return typeof MediaRecorder !== "undefined" && "captureStream" in this.#canvas;
  }

  start(): void {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const stream = this.#canvas.captureStream(PICTURES_PER_SECOND);
    const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
    const chunks: Blob[] = [];
    let bytes = 0;
    recorder.ondataavailable = ({ data }) => {
      chunks.push(data);
      bytes += data.size;
      if (bytes > BYTES_MAX) this.stop();
    };
    // Browsers record what is drawn: without that, a screen that stands still leaves an empty file.
    let redrawing: ReturnType<typeof setTimeout>;
    const redraw = () => {
      this.#canvas.getContext("2d")?.drawImage(this.#canvas, 0, 0, 1, 1, 0, 0, 1, 1);
      redrawing = setTimeout(redraw, STILL_MS);
    };
    redraw();
    recorder.onstop = () => {
      clearTimeout(redrawing);
      for (const track of stream.getTracks()) track.stop();
      const type = recorder.mimeType;
      save(new Blob(chunks, { type }), type.startsWith("video/mp4") ? "mp4" : "webm");
      this.isRecording.set(false);
    };
    recorder.start(CHUNK_MS);
    this.#recorder = recorder;
    this.isRecording.set(true);
  }

  /** Ends the recording and saves it. */
  stop(): void {
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }
}
