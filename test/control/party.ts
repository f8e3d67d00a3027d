import type { Party } from "../../src/control/party.ts";

/** A party that may go on for as long as the test does not say otherwise. */
export function partyOf(kind: Party["kind"], key: string, name = key): Party {
  return { kind, key, name, hand: key, watch: () => () => undefined };
}

/** One whose credential ends when `end` is called. */
export function endingParty(kind: Party["kind"], key: string) {
  const listeners = new Set<() => void>();
  const watch = (onEnd: () => void) => {
    listeners.add(onEnd);
    return () => listeners.delete(onEnd);
  };
  const end = () => {
    for (const each of [...listeners]) each();
  };
  return { party: { ...partyOf(kind, key), watch }, end, listeners };
}
