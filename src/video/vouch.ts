/** Bits of the picture's number; the rest of the word is a time. */
const NUMBER_BITS = 16n;
const NUMBERS = 2 ** 16;
/** Which word is left by the main thread. */
const LEFT = 2;

/**
 * What the two threads say to each other without waking anybody, in memory that both see: the video
 * thread, that a frame still shows the picture it told last; the main thread, that it wants to be
 * told of a change, which is soon enough with the next frame.
 *
 * Number and time are one word, which is written and read at once: a time never counts for another
 * picture than its own, even while that one is on its way.
 */
export class Vouch {
  readonly memory: SharedArrayBuffer;
  /** As struct vouch of native/standstill.h has it, word and sequence; then what was left. */
  readonly words: BigUint64Array;
  readonly #sequence: Uint32Array;

  /** @param memory of another thread's, or nothing for the first */
  constructor(memory = new SharedArrayBuffer(24)) {
    this.memory = memory;
    this.words = new BigUint64Array(memory);
    this.#sequence = new Uint32Array(memory, 8, 1);
  }

  /** The frame of `sequence`, captured at `capturedUs`, shows picture `number`. */
  give(number: number, { sequence, capturedUs }: { sequence: number; capturedUs: number }): void {
    Atomics.store(this.#sequence, 0, sequence);
    const time = BigInt(Math.round(capturedUs)) << NUMBER_BITS;
    Atomics.store(this.words, 0, time | BigInt(number % NUMBERS));
  }

  /** Leaves word that a change is wanted until then, or a frame as late; 0 takes it back. */
  leave(untilUs: number): void {
    Atomics.store(this.words, LEFT, BigInt(Math.ceil(untilUs)));
  }

  /** What was left since the last call, if anything was. */
  takeLeft(): number | undefined {
    const untilUs = Number(Atomics.exchange(this.words, LEFT, 0n));
    return untilUs === 0 ? undefined : untilUs;
  }

  /** The newest frame that is known to show picture `number`, if any was said to. */
  newest(number: number): { readonly sequence: number; readonly capturedUs: number } | undefined {
    const word = Atomics.load(this.words, 0);
    if (word === 0n || Number(word % BigInt(NUMBERS)) !== number % NUMBERS) return undefined;
    return {
      sequence: Atomics.load(this.#sequence, 0),
      capturedUs: Number(word >> NUMBER_BITS),
    };
  }
}
