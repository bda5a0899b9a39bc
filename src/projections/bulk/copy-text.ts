/** PostgreSQL's COPY text: one line a row. */
export type Cell = string | number | null | readonly string[] | readonly number[];

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escape(text: string): string {
  // Four searches for one character each are far quicker than one for any of the four.
  const special = text.includes('\\') || text.includes('\n') || text.includes('\r') || text.includes('\t');
  return special ? text.replace(/[\\\n\r\t]/g, (char) => ESCAPES.get(char) ?? char) : text;
}

function arrayText(items: readonly string[] | readonly number[]): string {
  if (items.length === 0) return '{}';
  if (typeof items[0] === 'number') return `{${items.join(',')}}`;
  return `{${(items as readonly string[]).map(quoted).join(',')}}`;
}

function quoted(item: string): string {
  return `"${item.replace(/["\\]/g, '\\$&')}"`;
}

export function copyLine(cells: readonly Cell[]): string {
  let text = '';
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as Cell;
    if (i > 0) text += '\t';
    if (cell === null) text += '\\N';
    else if (typeof cell === 'number') text += String(cell);
    else text += escape(typeof cell === 'string' ? cell : arrayText(cell));
  }
  return `${text}\n`;
}
