/** Bulk loading: COPY text, streamed with backpressure. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type Cell, copyLine } from './copy-text';

const FLUSH = 256 * 1024;

/** Writes rows into `table` (a trusted name) in the order of its columns. */
export function copyIn(client: ClientBase, table: string, rows: Iterable<readonly Cell[]>): Promise<void> {
  function* chunks(): Generator<string> {
    let buffer = '';
    for (const row of rows) {
      buffer += copyLine(row);
      if (buffer.length < FLUSH) continue;
      yield buffer;
      buffer = '';
    }
    yield buffer;
  }
  return copyChunks(client, table, chunks());
}

/** The same for lines that are ready. */
export async function copyChunks(
  client: ClientBase,
  table: string,
  chunks: Iterable<string | Buffer>,
): Promise<void> {
  await pipeline(
    Readable.from(chunks, { objectMode: false }),
    client.query(copyFrom(`COPY ${table} FROM STDIN`)),
  );
}
