import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import { packOrder, type RenderedMessage } from "./messages.ts";
import { type Picture, wholeJpeg } from "./picture.ts";
import type { Rendering } from "./rendering.ts";
import { sentenceOf, type VideoState } from "./signal.ts";

/** What is asked for. Times are CLOCK_MONOTONIC, microseconds. */
export type Question =
  /** A picture captured at `afterUs` or later. */
  | { readonly kind: "frame"; readonly afterUs: number }
  /** One of another version, or whatever is there at `untilUs`. */
  | { readonly kind: "change"; readonly version: number; readonly untilUs: number }
  | { readonly kind: "rendering"; readonly afterUs: number; readonly wish: Rendering };

interface Waiter {
  readonly question: Question;
  readonly resolve: (picture: Picture) => void;
  readonly reject: (fault: Fault) => void;
}

/**
 * Who waits for a picture, and what the video thread was told to do about it: no more than one
 * order of a kind is under way, however many wait.
 */
export class Questions {
  readonly #order: (order: Uint8Array) => void;
  readonly #leave: (untilUs: number) => boolean;
  readonly #waiters = new Set<Waiter>();
  readonly #renderings = new Map<number, Waiter>();
  #lastRendering = 0;
  /** What is under way. */
  #frameAfterUs = Number.POSITIVE_INFINITY;
  #changeUntilUs = Number.POSITIVE_INFINITY;
  #watchUntilUs = 0;

  /**
   * @param order gives the video thread an order (messages.ts) @param leave that of a change until
   * then, for when the next frame comes; false where that would be too late
   */
  constructor(order: (order: Uint8Array) => void, leave: (untilUs: number) => boolean) {
    this.#order = order;
    this.#leave = leave;
  }

  /**
   * @throws Fault `no_video` when the answer does not come within LIMITS.snapshot_wait_ms_max, or
   * as `refuse` says; `stopping` when the asker went away
   */
  ask(question: Question, signal: AbortSignal): Promise<Picture> {
    return new Promise((resolve, reject) => {
      const settle = <T>(how: (value: T) => void) => {
        return (value: T) => {
          this.#forget(waiter);
          clearTimeout(timer);
          signal.removeEventListener("abort", aborted);
          how(value);
        };
      };
      const waiter: Waiter = { question, resolve: settle(resolve), reject: settle(reject) };
      const aborted = () => waiter.reject(goneAway());
      const late = () => waiter.reject(noVideo({ stage: "stalled" }));
      const timer = setTimeout(late, LIMITS.snapshot_wait_ms_max);
      signal.addEventListener("abort", aborted, { once: true });
      if (question.kind === "rendering") this.#orderRendering(waiter, question);
      else {
        this.#waiters.add(waiter);
        this.#orderFor(question);
      }
    });
  }

  /** There is a frame: those whom it answers have it, for the others the next one is ordered. */
  answer(picture: Picture): void {
    for (const { question, resolve } of [...this.#waiters]) {
      if (isAnswer(question, picture)) resolve(picture);
    }
    this.orderAnew();
    if (picture.capturedUs < this.#watchUntilUs) this.watch(this.#watchUntilUs);
  }

  /** Has changes told until then (CLOCK_MONOTONIC), whether or not anybody waits for one. */
  watch(untilUs: number): void {
    this.#watchUntilUs = untilUs;
    this.#orderChange(untilUs);
  }

  /** @param picture of the frame that was rendered */
  answerRendering({ order, rendered }: RenderedMessage, picture: Picture): void {
    const waiter = this.#renderings.get(order);
    if (rendered === undefined) {
      const words = "crop: it does not lie within the picture any more";
      waiter?.reject(new Fault("bad_request", words));
    } else {
      const { bytes, width, height } = rendered;
      waiter?.resolve({ ...picture, ...wholeJpeg(bytes), width, height });
    }
  }

  /** There is no picture, and none to be expected. */
  refuse(state: VideoState): void {
    this.#watchUntilUs = 0;
    for (const { reject } of [...this.#waiters, ...this.#renderings.values()]) {
      reject(noVideo(state));
    }
  }

  /** What was ordered is done, or was lost with a thread that ended: what is wanted still? */
  orderAnew(): void {
    this.#frameAfterUs = Number.POSITIVE_INFINITY;
    this.#changeUntilUs = Number.POSITIVE_INFINITY;
    for (const { question } of this.#waiters) this.#orderFor(question);
  }

  #orderFor(question: Question): void {
    if (question.kind === "frame" && question.afterUs < this.#frameAfterUs) {
      this.#frameAfterUs = question.afterUs;
      this.#order(packOrder(question));
    }
    if (question.kind === "change") this.#orderChange(question.untilUs);
  }

  #orderChange(untilUs: number): void {
    if (untilUs >= this.#changeUntilUs) return;
    const isFirst = this.#changeUntilUs === Number.POSITIVE_INFINITY;
    this.#changeUntilUs = untilUs;
    if (isFirst && this.#leave(untilUs)) return;
    this.#order(packOrder({ kind: "change", untilUs }));
  }

  #orderRendering(waiter: Waiter, question: Question & { kind: "rendering" }): void {
    const order = ++this.#lastRendering >>> 0;
    this.#renderings.set(order, waiter);
    this.#order(packOrder({ ...question, order }));
  }

  #forget(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    for (const [order, other] of this.#renderings) {
      if (other === waiter) this.#renderings.delete(order);
    }
  }
}

function isAnswer(question: Question, { version, capturedUs }: Picture): boolean {
  if (question.kind !== "change") return capturedUs >= question.afterUs;
  return version !== question.version || capturedUs >= question.untilUs;
}

export function goneAway(): Fault {
  return new Fault("stopping", "the client went away");
}

export function noVideo(state: VideoState): Fault {
  return new Fault("no_video", sentenceOf(state), { details: { stage: state.stage } });
}
