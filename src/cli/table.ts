import { printable } from "../base/log.ts";

/**
 * Rows as lines of aligned columns, two spaces apart, without trailing spaces. What a hand wrote
 * into a file may have characters in it that a terminal would obey: they are shown instead.
 */
export function table(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
