/** Bulk loading: rows as COPY text, streamed with backpressure. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type Cell = string | number | null | readonly string[] | readonly number[];

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (char) => ESCAPES[char] ?? char) : text;
}

function arrayText(items: readonly string[] | readonly number[]): string {
  if (items.length === 0) return '{}';
  if (typeof items[0] === 'number') return `{${items.join(',')}}`;
  return `{${(items as readonly string[]).map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function line(cells: readonly Cell[]): string {
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

const FLUSH = 256 * 1024;

/** Writes all rows into `table` (a trusted name) in the order of its columns. Returns how many. */
export async function copyIn(
  client: ClientBase,
  table: string,
  rows: Iterable<readonly Cell[]>,
): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${table} FROM STDIN`));
  let count = 0;
  function* lines(): Generator<string> {
    let buffer = '';
    for (const row of rows) {
      buffer += line(row);
      count++;
      if (buffer.length < FLUSH) continue;
      yield buffer;
      buffer = '';
    }
    yield buffer;
  }
  await pipeline(Readable.from(lines(), { objectMode: false }), stream);
  return count;
}
