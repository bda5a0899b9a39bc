/** RFC 4180 text that a spreadsheet shows and does not run, whichever character it divides cells by. */
import { visible } from '../../platform/shown';

/**
 * What a spreadsheet takes for the beginning of a formula, also in full width: in the beginning, or behind a semicolon, which
 * divides cells where the comma is in numbers, and there quotes that began before it do not hold. Blanks and quotes may be between.
 */
const FORMULA = /(^|;)(?=[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20])/g;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** `columns` are paths (`subject.kind`); what is nested below a path is written as JSON. */
export function toCsv(columns: readonly string[], items: readonly unknown[]): string {
  const lines = items.map((item) => columns.map((column) => cell(valueAt(item, column))));
  return [columns.map(cell), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

function valueAt(item: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      item,
    );
}

/** Every text is quoted, and in one line; a number keeps its sign, any other formula is made plain text by an apostrophe. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = visible(typeof value === 'string' ? value : JSON.stringify(value));
  const plain = NUMBER.test(text) ? text : text.replace(FORMULA, "$1'");
  return `"${plain.replaceAll('"', '""')}"`;
}
