/**
 * Tokens are kept as SHA-256 of their text. Salt and stretching would guard a secret that can be
 * guessed; this one has 512 random bits (OWASP ASVS 5.0, 6.5.2). The text is hashed and not the
 * bytes it stands for, because 86 characters carry 516 bits: 16 spellings would decode to the same
 * 64.
 */
import { hash, timingSafeEqual } from "node:crypto";

export const DIGEST_TEXT = /^[0-9a-f]{64}$/;

/** Lower-case hex SHA-256 of `text` in UTF-8. */
export function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}

/** Compares two hex digests in a time that does not depend on where they differ. */
export function sameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, "latin1"), Buffer.from(other, "latin1")];
  return left.length === right.length && timingSafeEqual(left, right);
}
