import type { Pool, PoolClient } from 'pg';
import type { Block, Checkpoint, Head, Verification } from '../port';
import { ChainCheck } from '../integrity/chain';
import type { Fault, Link } from '../integrity/chain';
import { LEAF_PREFIX, hashPrefixed } from '../integrity/leaf';
import { BLOCK_ROW_COLUMNS, blockOf } from './block-row';
import type { BlockRow } from './block-row';
import { borrow, copyRange } from './copy-range';
import type { Int8 } from './fact-row';
import type { FactRows } from '../rows';
import { readHead } from './head';
import { COPY_COLUMNS } from './prepared';

export interface VerifyOptions {
  checkpoints: readonly Checkpoint[];
  onProgress?: (position: number, head: number) => void;
}

const RANGE_FACTS = 100_000;
const BLOCKS_AT_ONCE = 5_000;
const FACTS = { name: 'ledger.facts', order: 'position', columns: COPY_COLUMNS } as const;
/** Places of columns in `COPY_COLUMNS`. */
const OCCURRED_AT = 3;
const LEAF = 11;

/**
 * Recomputes every leaf, root, hash and link up to the head as it is now, and compares with the checkpoints. Appends may go
 * on meanwhile: what is recorded does not change.
 */
export async function verify(pool: Pool, options: VerifyOptions): Promise<Verification> {
  const { client, giveBack } = await borrow(pool);
  let finished = false;
  try {
    const result = await verifyWith(client, pool, options);
    // A fault leaves the stream half-way.
    finished = result.ok;
    return result;
  } finally {
    giveBack(finished);
  }
}

async function verifyWith(client: PoolClient, pool: Pool, options: VerifyOptions): Promise<Verification> {
  const check = new ChainCheck(options.checkpoints);
  const failed = (fault: Fault): Verification => ({ ok: false, ...fault });
  const head = await readHead(client);
  const beyond = await beyondHead(client);
  const blocks = blocksUpTo(pool, head.blocks);
  // From below 1 on: a fact at such a position was put there by somebody else.
  let from = Number.MIN_SAFE_INTEGER;
  while (from < head.position) {
    const to = Math.min(head.position, Math.max(0, from) + RANGE_FACTS);
    for await (const rows of copyRange(client, FACTS, from, to)) {
      while (rows.next()) {
        if (check.complete) {
          const { value: block } = await blocks.next();
          const fault = block ? check.begin(block) : noBlock(check.position, head);
          if (fault) return failed(fault);
        }
        const fault = check.fact(linkOf(rows));
        if (fault) return failed(fault);
      }
    }
    options.onProgress?.(to, head.position);
    from = to;
  }
  const { value: next } = await blocks.next();
  const fault = (next ? check.begin(next) : null) ?? check.end(head) ?? beyond;
  if (fault) return failed(fault);
  return { ok: true, position: head.position, blocks: head.blocks, checkpoints: check.agreed };
}

function noBlock(position: number, head: Head): Fault {
  return { position, reason: `no block holds it, though the head counts ${head.blocks} blocks` };
}

/**
 * The leaf is computed from the bytes as they came over the wire. Its prefix goes into the two bytes in front of the envelope:
 * the end of `recorded_at`, which has been read by then.
 */
function linkOf(rows: FactRows): Link {
  const position = rows.int64(0);
  const block = rows.int64(1);
  const recordedAt = rows.instant(2);
  const envelopeAt = (rows.starts[OCCURRED_AT] as number) - 4;
  const leafAt = rows.starts[LEAF] as number;
  const prefixAt = envelopeAt - LEAF_PREFIX.length;
  LEAF_PREFIX.copy(rows.buffer, prefixAt);
  const computed = hashPrefixed(rows.buffer.subarray(prefixAt, leafAt - 4));
  return { position, block, recordedAt, stored: rows.bytes(LEAF), computed };
}

async function* blocksUpTo(pool: Pool, last: number): AsyncGenerator<Block, undefined> {
  // Numbers below 1 are read too: such a block was put there by somebody else.
  for (let after = Number.MIN_SAFE_INTEGER; ;) {
    const { rows } = await pool.query<BlockRow>(
      `SELECT ${BLOCK_ROW_COLUMNS} FROM ledger.blocks b
        WHERE b.number > $1 AND b.number <= $2 ORDER BY b.number LIMIT ${BLOCKS_AT_ONCE}`,
      [after, last],
    );
    for (const row of rows) yield blockOf(row);
    if (rows.length < BLOCKS_AT_ONCE) return undefined;
    after = Number(rows.at(-1)?.number);
  }
}

/** Facts beyond the last block, seen in one snapshot: a block comes in the transaction that adds its facts. */
async function beyondHead(client: PoolClient): Promise<Fault | null> {
  const { rows } = await client.query<{ position: Int8 }>(
    'SELECT h.position FROM ledger.head h WHERE EXISTS (SELECT FROM ledger.facts f WHERE f.position > h.position)',
  );
  const row = rows[0];
  return row
    ? { position: Number(row.position) + 1, reason: 'inserted: there are facts beyond the head' }
    : null;
}
