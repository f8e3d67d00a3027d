/**
 * Points in time as people and TOML write them: RFC 3339, or its date alone, which means 00:00 UTC.
 */

const DATE = /(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})/.source;
const TIME = /(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))?)?/
  .source;
const OFFSET = /[Zz]|(?<sign>[+-])(?<offsetHour>\d{2}):(?<offsetMinute>\d{2})/.source;
const INSTANT = new RegExp(`^${DATE}(?:[Tt ]${TIME}(?:${OFFSET})?)?$`);

/**
 * Milliseconds since the epoch, or undefined for what no calendar or clock shows. Checked by hand,
 * because `Date` turns the 30th of February into the 2nd of March. A time with no offset is UTC: a
 * board has no time zone worth the name.
 */
export function parseInstant(text: string): number | undefined {
  const groups = INSTANT.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const number = (name: string) => Number(groups[name] ?? 0);
  const [year, month, day] = [number("year"), number("month"), number("day")];
  const [hour, minute, second] = [number("hour"), number("minute"), number("second")];
  const [offsetHour, offsetMinute] = [number("offsetHour"), number("offsetMinute")];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) {
    return undefined;
  }
  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const milliseconds = Math.trunc(Number(`0.${groups["fraction"] ?? 0}`) * 1000);
  date.setUTCHours(hour, minute, second, milliseconds);
  const offset = (offsetHour * 60 + offsetMinute) * 60_000;
  return date.getTime() - (groups["sign"] === "-" ? -offset : offset);
}

/** RFC 3339 in UTC to the second, as `2026-11-21T20:57:00Z`. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
