/** Who is in control of the host: a person first, then whoever holds the lease, else anybody. */
import { Fault } from "../base/fault.ts";
import { LIMITS } from "../base/limits.ts";
import type { Party } from "./party.ts";

interface Grant {
  readonly party: Party;
  readonly untilMs: number;
}

/** Why somebody may not use keys and mouse now. */
type Reason = "person active" | "leased" | "taken over";

interface Refusal {
  readonly holder: Party["kind"];
  readonly reason: Reason;
  /** When it may be otherwise, from now. */
  readonly retryMs: number;
}

/** What is so now, for status. */
export interface ControlState {
  readonly holder: (Party & { readonly expiresMs: number }) | undefined;
  /** Whether a person has used keys or mouse in the last moments. */
  readonly isPersonActive: boolean;
}

/**
 * The state of who may use keys and mouse. It neither waits nor writes, and knows the time only by
 * the monotonic clock that it is given.
 */
export class Lease {
  readonly #nowMs: () => number;
  #grant: Grant | undefined;
  #activePeople = 0;
  #personUntilMs = 0;
  /** Whose lease a person ended, and who has not been told yet. */
  #displaced: string | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get state(): ControlState {
    const grant = this.#current();
    return {
      holder: grant && { ...grant.party, expiresMs: grant.untilMs - this.#nowMs() },
      isPersonActive: this.#personRestMs() > 0,
    };
  }

  /** Whether `party` has the lease. */
  isHeldBy(party: Party): boolean {
    return this.#current()?.party.key === party.key;
  }

  /** Resolves when somebody may be able to go on who could not before, save by time alone. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** How long `party` has to wait, at least; undefined when it may use keys and mouse now. */
  waitMs(party: Party): number | undefined {
    return this.#refusal(party)?.retryMs;
  }

  /**
   * Whoever lost the lease to a person is told so, once.
   * @throws Fault `conflict` that says who holds control, and when to come back
   */
  check(party: Party): void {
    const refusal = this.#refusal(party);
    this.noteTold(party);
    if (refusal !== undefined) throw conflict(refusal);
  }

  /** `party` knows that its lease was taken over. */
  noteTold(party: Party): void {
    if (this.#displaced === party.key) this.#displaced = undefined;
  }

  /** Whether `party` lost the lease to a person and has not been told yet. */
  isDisplaced(party: Party): boolean {
    return this.#displaced === party.key;
  }

  /** A person is active until this is disposed of, and for a moment after. */
  use(party: Party): Disposable {
    if (party.kind !== "person") return { [Symbol.dispose]: () => undefined };
    this.#activePeople++;
    return {
      [Symbol.dispose]: () => {
        this.#activePeople--;
        this.#personUntilMs = this.#nowMs() + LIMITS.person_active_ms;
      },
    };
  }

  /**
   * Gives `party` the lease, or prolongs it. All but tokens get it whoever has it.
   * @throws Fault `conflict` as `check` does
   */
  take(party: Party, seconds: number): void {
    if (party.kind === "token") this.check(party);
    this.#displace(party);
    this.#grant = { party, untilMs: this.#nowMs() + seconds * 1000 };
  }

  /**
   * Ends the lease of `party`, or that of anybody unless `party` is a token. Without a lease there
   * is nothing to do. @throws Fault `conflict` when the lease is another's
   */
  release(party: Party): void {
    const grant = this.#current();
    if (grant !== undefined && grant.party.key !== party.key) {
      if (party.kind === "token") this.check(party);
      this.#displace(party);
    }
    this.drop(grant?.party.key ?? party.key);
  }

  /** Ends the lease if `key` holds it: its credential has ended. */
  drop(key: string): void {
    if (this.#grant?.party.key !== key) return;
    this.#grant = undefined;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Notes that a token is to be told, when `party` is none and ends its lease. */
  #displace(party: Party): void {
    const before = this.#current()?.party;
    if (party.kind !== "token" && before?.kind === "token") this.#displaced = before.key;
  }

  #refusal(party: Party): Refusal | undefined {
    if (party.kind === "person") return undefined;
    const personMs = this.#personRestMs();
    const grant = this.#current();
    const grantMs = grant === undefined ? 0 : grant.untilMs - this.#nowMs();
    if (this.#displaced === party.key) {
      const retryMs = Math.max(personMs, grantMs, 1);
      return { holder: "person", reason: "taken over", retryMs };
    }
    if (personMs > 0) return { holder: "person", reason: "person active", retryMs: personMs };
    if (grant === undefined || grant.party.key === party.key) return undefined;
    return { holder: grant.party.kind, reason: "leased", retryMs: grantMs };
  }

  #personRestMs(): number {
    if (this.#activePeople > 0) return LIMITS.person_active_ms;
    return Math.max(0, this.#personUntilMs - this.#nowMs());
  }

  #current(): Grant | undefined {
    if (this.#grant !== undefined && this.#grant.untilMs <= this.#nowMs()) this.#grant = undefined;
    return this.#grant;
  }
}

const SENTENCES: Readonly<Record<Reason, string>> = {
  "person active": "a person is using keys and mouse: try again later, or wait with ?wait=SECONDS",
  leased: "somebody else holds the lease: try again later, or wait with ?wait=SECONDS",
  "taken over": "a person has taken over: ask anew when you still need it",
};

/** The holder's kind is all that another token may know: names are for people. */
export function conflict({ holder, reason, retryMs }: Refusal): Fault {
  const retry_after_seconds = Math.max(1, Math.ceil(retryMs / 1000));
  const details = { reason, holder: { kind: holder }, retry_after_seconds };
  return new Fault("conflict", SENTENCES[reason], { details });
}

/** What ends the batch of a token when a person takes over. */
export function takenOver(): Fault {
  return conflict({ holder: "person", reason: "taken over", retryMs: LIMITS.person_active_ms });
}
