/** Moves a ledger from PostgreSQL into a stream: the same facts in the same blocks, so that proofs and checkpoints stay true. */
import type { Pool } from 'pg';
import type { Checkpoint, Fact, Ledger, Verification } from '../port';
import { BLOCK_ROW_COLUMNS, type BlockRow, blockOf } from '../postgres/block-row';
import { type PreparedFact, prepare } from '../postgres/prepared';
import { StreamBroken } from './copy';
import { LedgerStream } from './stream';
import { ledgerUrl } from './url';
import { verifyStream } from './verify';

export interface MoveParts {
  ledger: Ledger;
  pool: Pool;
  ledgerUrl: string;
  checkpoints: readonly Checkpoint[];
  onProgress(position: number, head: number, what: 'copied' | 'verified'): void;
}

/** A block is larger than a write: it goes over in parts, and is whole for a reader when the last one is there. */
const PAGE_FACTS = 1_000;
const PART_FACTS = 250;
const PART_BYTES = 512 * 1024;

/** Goes on where it was interrupted; answers how many were copied by this call, and what the stream is found to be. */
export async function moveLedger(parts: MoveParts): Promise<{ copied: number; verification: Verification }> {
  const { ledger, pool, onProgress } = parts;
  const stream = new LedgerStream(ledgerUrl(parts.ledgerUrl));
  try {
    const head = await ledger.head();
    const from = await stream.end();
    if (from > head.position)
      throw new StreamBroken(
        `the stream ${stream.name} has ${from} facts and the ledger ${head.position}: it is another`,
      );
    let at = from;
    while (at < head.position) {
      for (const facts of blocksOf(await ledger.page(at, PAGE_FACTS))) {
        const block = await blockNumbered(pool, facts[0]?.block ?? 0);
        for (const part of partsOf(facts)) {
          if (!(await stream.append(block, part, at + 1 - block.firstPosition)))
            throw new StreamBroken(`the stream ${stream.name} is written to by others: stop them first`);
          at += part.length;
          onProgress(at, head.position, 'copied');
        }
      }
    }
    const verification = await verifyStream(stream, head, parts.checkpoints, (position) =>
      onProgress(position, head.position, 'verified'),
    );
    return { copied: at - from, verification };
  } finally {
    await stream.close();
  }
}

function blocksOf(facts: readonly Fact[]): Fact[][] {
  const blocks: Fact[][] = [];
  for (const fact of facts) {
    const last = blocks.at(-1);
    if (last?.[0]?.block === fact.block) last.push(fact);
    else blocks.push([fact]);
  }
  return blocks;
}

function partsOf(facts: readonly Fact[]): PreparedFact[][] {
  const parts: PreparedFact[][] = [[]];
  let bytes = 0;
  for (const fact of facts) {
    const last = parts.at(-1) as PreparedFact[];
    const more = Buffer.byteLength(fact.payload);
    const full = last.length === PART_FACTS || (last.length > 0 && bytes + more > PART_BYTES);
    if (full) parts.push([prepare(fact)]);
    else last.push(prepare(fact));
    bytes = full ? more : bytes + more;
  }
  return parts;
}

async function blockNumbered(pool: Pool, number: number) {
  const { rows } = await pool.query<BlockRow>(
    `SELECT ${BLOCK_ROW_COLUMNS} FROM ledger.blocks b WHERE b.number = $1`,
    [number],
  );
  if (!rows[0]) throw new Error(`block ${number} is missing`);
  return blockOf(rows[0]);
}
