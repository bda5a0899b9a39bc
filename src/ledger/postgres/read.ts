import type { Pool, PoolClient } from 'pg';
import type { Fact } from '../port';
import { copyRange, withConnection } from './copy-range';
import { BLOCK, FACT_COLUMNS, decodeFact } from '../fact-rows';
import type { FactRows } from '../rows';
import { readHead } from './head';

/** Facts in one COPY. Each holds one snapshot, and a snapshot that is held for long keeps old versions of the head row. */
const RANGE_FACTS = 100_000;
const FACTS = { name: 'ledger.facts', order: 'position', columns: FACT_COLUMNS } as const;

export interface ReadOptions {
  upTo?: number;
  signal?: AbortSignal;
}

/** The facts after a position, block by block, up to the head as it was when the last range began. */
export function read(pool: Pool, after: number, options: ReadOptions = {}): AsyncIterable<Fact[]> {
  return withConnection(pool, (client) => readBlocks(client, after, options));
}

/** The same as rows, as many at a time as came over the wire; they are valid until the next come. */
export function readRows(pool: Pool, after: number, options: ReadOptions = {}): AsyncIterable<FactRows> {
  return withConnection(pool, (client) => rowsOf(client, after, options));
}

async function* readBlocks(client: PoolClient, after: number, options: ReadOptions): AsyncGenerator<Fact[]> {
  let facts: Fact[] = [];
  let block = -1;
  for await (const rows of rowsOf(client, after, options)) {
    while (rows.next()) {
      const number = rows.int64(BLOCK);
      if (number !== block && facts.length > 0) {
        yield facts;
        facts = [];
      }
      block = number;
      facts.push(decodeFact(rows));
    }
  }
  if (facts.length > 0) yield facts;
}

async function* rowsOf(
  client: PoolClient,
  after: number,
  { upTo = Number.MAX_SAFE_INTEGER, signal }: ReadOptions,
): AsyncGenerator<FactRows> {
  let from = after;
  for (;;) {
    signal?.throwIfAborted();
    const end = Math.min((await readHead(client)).position, upTo);
    const to = Math.min(end, from + RANGE_FACTS);
    if (to <= from) break;
    yield* copyRange(client, FACTS, from, to, signal);
    from = to;
    if (to === end) break;
  }
}
