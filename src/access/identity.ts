/** Who came in by what, and whether that still holds: for what lasts longer than a question. */
import { LIMITS } from "../base/limits.ts";
import type { User } from "./document.ts";
import { repeat } from "./repeat.ts";
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
  const holds = test({ store, sessions }, identity);
  let over = false;
  const look = (): void => {
    // To ask after a session that is over ends it, which comes back here.
    if (holds() || over) return;
    over = true;
    stop();
    onEnd();
  };
  const stops = [store.onChange(look), sessions.onEnd(look)];
  // For what ends by the clock alone, and to keep a session in use from ending.
  const looks = repeat(LIMITS.credential_poll_ms, async () => look());
  const stop = (): void => {
    looks.stop();
    for (const each of stops) each();
  };
  look();
  return stop;
}

function test({ store, sessions }: IdentityParts, identity: Identity): () => boolean {
  switch (identity.kind) {
    case "token":
      return () => {
        const found = store.check(identity.sha256);
        if (found?.status !== "Active") return false;
        return identity.abilities.every((ability) => found.token.abilities.includes(ability));
      };
    case "session":
      return () => sessions.check(identity.key) !== undefined;
    case "password": {
      const before = mark(store.user(identity.user));
      return () => mark(store.user(identity.user)) === before;
    }
    case "local":
      return () => true;
  }
}

function mark(user: User | undefined): string | undefined {
  return user && credentialOf(user);
}
