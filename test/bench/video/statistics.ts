/** Numbers of repeated measurements. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  return { min: quantile(values, 0), median: quantile(values, 0.5), max: quantile(values, 1) };
}

/** The value that a `part` of all lie below, by the nearest rank. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** `columns` and rows of text as a table of Markdown, padded to be read as it is. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, at) => {
    return Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0));
  });
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, at) => {
      return at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, at) => `${"-".repeat(width - 1)}${at === 0 ? "-" : ":"}`);
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}

/** Three digits that count, and no more than needed. */
export function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
}
