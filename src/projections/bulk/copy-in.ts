/** Bulk loading by COPY, streamed with backpressure. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPY_END, COPY_HEAD } from './case-tuple';
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
  return copy(client, `COPY ${table} FROM STDIN`, chunks());
}

/** The same for tuples that are ready. */
export function copyTuples(client: ClientBase, table: string, tuples: Iterable<Buffer>): Promise<void> {
  function* chunks(): Generator<Buffer> {
    yield COPY_HEAD;
    yield* tuples;
    yield COPY_END;
  }
  return copy(client, `COPY ${table} FROM STDIN (FORMAT binary)`, chunks());
}

async function copy(client: ClientBase, command: string, chunks: Iterable<string | Buffer>): Promise<void> {
  await pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(command)));
}
