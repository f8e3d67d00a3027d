/** Text recognition by the program tesseract, where it is installed. */
import { constants, setPriority } from "node:os";
import { Fault } from "../../base/fault.ts";
import { LIMITS } from "../../base/limits.ts";

/** What can be recognised. `available` are tesseract's names, such as `eng`. */
export interface Languages {
  readonly default: readonly string[];
  readonly available: readonly string[];
}

/** The program, looked for anew once in a while: it may be installed at any time. */
const LOOK_MS = 30_000;

export class Tesseract {
  readonly #find: () => string | undefined;
  #looked: { readonly atMs: number; readonly languages: Promise<Languages> } | undefined;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param find the path of the program, undefined where it is not installed */
  constructor(find: () => string | undefined = () => Bun.which("tesseract") ?? undefined) {
    this.#find = find;
  }

  /** None where it is not installed, or has none. */
  languages(): Promise<Languages> {
    const nowMs = performance.now();
    if (this.#looked === undefined || nowMs - this.#looked.atMs > LOOK_MS) {
      this.#looked = { atMs: nowMs, languages: this.#list() };
    }
    return this.#looked.languages;
  }

  /**
   * The text of a picture; one picture at a time, so that it takes one core at most.
   *
   * @throws Fault `too_many` when others wait already, `system` when it fails or takes too long
   */
  async read(jpeg: Uint8Array, languages: readonly string[], signal: AbortSignal): Promise<string> {
    if (this.#waiting >= LIMITS.ocr_waiting_max) {
      throw new Fault(
        "too_many",
        `${this.#waiting} pictures are to be read already: try again later`,
      );
    }
    this.#waiting++;
    const words = ["stdin", "stdout", "-l", languages.join("+")];
    const turn = this.#last.then(() => this.#run(words, jpeg, signal));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting--;
    }
  }

  async #list(): Promise<Languages> {
    const never = new AbortController().signal;
    const listed = await this.#run(["--list-langs"], new Uint8Array(), never).catch(() => "");
    const available = listed
      .split("\n")
      .slice(1)
      .map((line) => line.trim())
      .filter((name) => name !== "")
      .toSorted();
    // `osd` is listed too, and tells orientation and script alone.
    const usual = available.includes("eng") ? "eng" : available.find((name) => name !== "osd");
    return { default: usual === undefined ? [] : [usual], available };
  }

  async #run(words: readonly string[], input: Uint8Array, signal: AbortSignal): Promise<string> {
    const program = this.#find();
    if (program === undefined) throw new Fault("system", "tesseract is not installed: install it");
    const child = Bun.spawn([program, ...words], {
      stdin: new Uint8Array(input),
      stdout: "pipe",
      stderr: "ignore",
      // One thread: more would take the cores that capture and encoding live on.
      env: { OMP_THREAD_LIMIT: "1", LC_ALL: "C.UTF-8", PATH: "/usr/bin:/bin" },
      timeout: LIMITS.ocr_ms_max,
      killSignal: "SIGKILL",
      maxBuffer: LIMITS.ocr_bytes_max,
      signal,
    });
    yieldTo(child.pid);
    const [text, exit] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    if (exit === 0) return text;
    throw new Fault("system", `tesseract ended with status ${exit}: is the picture too large?`);
  }
}

/** Text is never urgent. What has ended already needs no priority. */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    return;
  }
}
