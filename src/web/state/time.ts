/** Moments as people say them. */

const UNITS = [
  [60, "second"],
  [60, "minute"],
  [24, "hour"],
  [30, "day"],
  [12, "month"],
  [Number.POSITIVE_INFINITY, "year"],
] as const;

/** "5 minutes ago", "in 3 months". @param moment in RFC 3339 */
export function relativeTime(moment: string, nowMs: number): string {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  let amount = (Date.parse(moment) - nowMs) / 1000;
  for (const [size, unit] of UNITS) {
    if (Math.abs(Math.round(amount)) < size) return format.format(Math.round(amount), unit);
    amount /= size;
  }
  return moment;
}

/** "22 Nov 2026, 02:41" in the time of this browser. */
export function absoluteTime(moment: string): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return format.format(new Date(moment));
}

/** "3 d 4 h", "12 min". */
export function span(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
