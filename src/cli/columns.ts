import { visible } from '../platform/shown';

/** Columns as wide as their widest cell, each row a line. */
export function columns(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map(visible));
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
