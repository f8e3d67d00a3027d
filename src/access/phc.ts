/** The argon2id hashes of passwords in PHC string form, and what checking one may cost. */

/** OWASP's least for argon2id: 19 MiB, two passes, one lane. Here some 16 ms on a desktop core. */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2 } as const;

/** A hash from elsewhere may ask for more, up to what a board of 512 MiB can spare. */
const MEMORY_KIB_MAX = 64 * 1024;
const PASSES_MAX = 16;
const LANES_MAX = 16;

const PHC = new RegExp(
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,3}),p=(\d{1,3})/.source +
    /\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,172}$/.source,
);

/** Whether `text` is an argon2id hash that this machine can afford to check. */
export function isPasswordHash(text: string): boolean {
  const [, memory, passes, lanes] = PHC.exec(text)?.map(Number) ?? [];
  if (memory === undefined || passes === undefined || lanes === undefined) return false;
  return (
    memory >= 8 * lanes &&
    memory <= MEMORY_KIB_MAX &&
    passes >= 1 &&
    passes <= PASSES_MAX &&
    lanes >= 1 &&
    lanes <= LANES_MAX
  );
}
