/** Moments as people say them. */

/** Up to how many of a unit are said, and how many make one of the next. */
const UNITS = [
  [60, 60, "second"],
  [60, 60, "minute"],
  [48, 24, "hour"],
  [60, 30, "day"],
  [24, 12, "month"],
  [Number.POSITIVE_INFINITY, 1, "year"],
] as const;

/** "5 minutes ago", "in 30 days". @param moment in RFC 3339 */
export function relativeTime(moment: string, nowMs: number): string {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  let amount = (Date.parse(moment) - nowMs) / 1000;
  for (const [most, size, unit] of UNITS) {
    const whole = Math.round(amount);
    if (Math.abs(whole) < most) return format.format(whole, unit);
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
