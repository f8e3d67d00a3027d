/** Who came in by what, and whether that still holds: for what lasts longer than a question. */
import { LIMITS } from "../base/limits.ts";
import type { User } from "./document.ts";
import { credentialOf, type Sessions } from "./session.ts";
import type { AccessStore } from "./store.ts";
import type { Ability } from "./token.ts";

/** What somebody came in with. */
export type Identity =
  | {
      readonly kind: "token";
      readonly name: string;
      readonly sha256: string;
      readonly abilities: readonly Ability[];
    }
  /** A page, by its cookie; `key` is the session's digest. */
  | { readonly kind: "session"; readonly user: string; readonly key: string }
  /** Name and password, sent with the request. */
  | { readonly kind: "password"; readonly user: string }
  /** Over the unix socket: whoever may open it is trusted, as root over SSH is. */
  | { readonly kind: "local" };

/** Whether `identity` may do what needs `ability`: people may all of it. */
export function isAble(identity: Identity, ability: Ability): boolean {
  return identity.kind !== "token" || identity.abilities.includes(ability);
}

export interface IdentityParts {
  readonly store: AccessStore;
  readonly sessions: Sessions;
}

/**
 * Calls `onEnd` once when `identity` may not go on, unless the function returned is called first.
 */
export function watchIdentity(
  { store, sessions }: IdentityParts,
  identity: Identity,
  onEnd: () => void,
): () => void {
  const { holds, endsInMs } = rightOf({ store, sessions }, identity);
  let over = false;
  let timer: Timer | undefined;
  const look = (): void => {
    const isGood = holds();
    // To ask after a session that is over ends it, which comes back here.
    if (over) return;
    if (isGood) wait();
    else end();
  };
  const stops = [store.onChange(look), sessions.onEnd(look)];
  // At its end, which a person may change in the file; and now and then, as clocks are set, and a
  // session in use must not end.
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(Math.max(1, endsInMs()), LIMITS.credential_poll_ms));
    timer.unref();
  };
  const stop = (): void => {
    clearTimeout(timer);
    for (const each of stops) each();
  };
  const end = (): void => {
    over = true;
    stop();
    onEnd();
  };
  look();
  return stop;
}

interface Right {
  readonly holds: () => boolean;
  /** When it ends by the clock alone, if nothing else ends it. */
  readonly endsInMs: () => number;
}

const never = () => Number.POSITIVE_INFINITY;

function rightOf({ store, sessions }: IdentityParts, identity: Identity): Right {
  switch (identity.kind) {
    case "token": {
      const holds = () => {
        const found = store.check(identity.sha256);
        if (found?.status !== "Active") return false;
        return identity.abilities.every((ability) => found.token.abilities.includes(ability));
      };
      const endsInMs = () => {
        const expires = store.check(identity.sha256)?.token.expires;
        return expires === undefined ? never() : expires - store.clock.now();
      };
      return { holds, endsInMs };
    }
    case "session": {
      const holds = () => sessions.check(identity.key) !== undefined;
      return { holds, endsInMs: () => sessions.endsInMs(identity.key) };
    }
    case "password": {
      const before = mark(store.user(identity.user));
      return { holds: () => mark(store.user(identity.user)) === before, endsInMs: never };
    }
    case "local":
      return { holds: () => true, endsInMs: never };
  }
}

function mark(user: User | undefined): string | undefined {
  return user && credentialOf(user);
}
