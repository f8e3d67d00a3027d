const FORMS = [
  /^[\da-f]{12}$/i,
  /^[\da-f]{4}(\.[\da-f]{4}){2}$/i,
  /^[\da-f]{2}(:[\da-f]{2}){5}$/i,
  /^[\da-f]{2}(-[\da-f]{2}){5}$/i,
];

/**
 * The six bytes of a MAC address in one of its usual forms, `00:11:22:aa:bb:cc`, with `-` instead,
 * `0011.22aa.bbcc` or without anything between; undefined for what is none, and for a group's
 * address, which no network card has for its own (IEEE 802, 8.2.2).
 */
export function parseMac(text: string): Uint8Array | undefined {
  if (!FORMS.some((form) => form.test(text))) return undefined;
  const bytes = Uint8Array.fromHex(text.replace(/[^\da-f]/gi, ""));
  return ((bytes[0] ?? 0) & 1) === 1 ? undefined : bytes;
}
