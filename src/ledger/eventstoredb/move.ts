/** Moves a ledger from PostgreSQL into a stream: the same facts in the same blocks, so that proofs and checkpoints stay true. */
import type { Pool } from 'pg';
import type { Checkpoint, Fact, Ledger, Verification } from '../port';
import { BLOCK_ROW_COLUMNS, type BlockRow, blockOf } from '../postgres/block-row';
import { type PreparedFact, leafOfPrepared, prepare } from '../postgres/prepared';
import { StreamBroken, WrongStream } from './broken';
import { LedgerStream } from './stream';
import { ledgerUrl, streamOf } from './url';
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
  const url = ledgerUrl(parts.ledgerUrl);
  const stream = new LedgerStream({ ...url, stream: url.stream ?? streamOf(await installationOf(pool)) });
  try {
    await stream.assertWhole();
    const head = await ledger.head();
    const from = await stream.end();
    await assertOurs(stream, from, head.position, parts);
    let at = from;
    while (at < head.position) {
      for (const facts of blocksOf(await ledger.page(at, PAGE_FACTS))) {
        const block = await blockNumbered(pool, facts[0]?.block ?? 0);
        for (const part of partsOf(facts)) {
          if ((await stream.append(block, part, at + 1 - block.firstPosition)) !== null)
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

/** Nothing is appended to a stream that holds another ledger: both would be ruined. The last event's block covers all before it. */
async function assertOurs(
  stream: LedgerStream,
  end: number,
  position: number,
  { ledger, pool }: MoveParts,
): Promise<void> {
  if (end === 0) return;
  const another = (what: string) =>
    new WrongStream(
      `the stream ${stream.name} holds another ledger: ${what}. Nothing was written: name a stream of its own with \`stream=\``,
      end,
    );
  if (end > position) throw another(`it has ${end} facts, and this one ${position}`);
  const last = await stream.at(end);
  const first = last && (await stream.at(end - last.index));
  const [fact] = await ledger.at([end]);
  const block = fact && (await blockNumbered(pool, fact.block));
  const isSame =
    last &&
    block &&
    first?.header?.hash.equals(block.hash) &&
    last.leaf.equals(leafOfPrepared(prepare(fact)));
  if (!isSame) throw another(`its fact at position ${end} is not this one's`);
}

async function installationOf(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ installation: string }>(
    'SELECT id AS installation FROM ledger.installation',
  );
  return rows[0]?.installation ?? '';
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
