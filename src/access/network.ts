/** Which network an address belongs to, for counting what its owner does: he has all of a /64. */

/**
 * An IPv4 address as it is, also out of its IPv6 form (`::ffff:192.0.2.1`), and of any other IPv6
 * address the first 64 bits as `2001:db8:0:1::/64`. Text that is no address stays as it is.
 */
export function networkOf(address: string): string {
  const text = address.toLowerCase().replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  const groups = groupsOf(text);
  if (groups === undefined) return text;
  const [zero, ffff] = [groups.slice(0, 5).every((group) => group === 0), groups[5] === 0xffff];
  if (zero && ffff) {
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join(".");
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2), undefined if it is none. */
function groupsOf(text: string): readonly number[] | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (!text.includes(":") || more.length > 0) return undefined;
  const [before, after] = [split(head), split(tail ?? "")];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

function split(part: string): readonly string[] {
  return part === "" ? [] : part.split(":");
}
