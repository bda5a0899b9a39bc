import type { Ledger } from '../port';
import { merklePath } from '../integrity/merkle';
import { at } from './at';
import { BLOCK_ROW_COLUMNS, blockOf } from './block-row';
import type { BlockRow } from './block-row';
import type { Asked } from './timed';

/** The fact, its block, and the path that leads from its leaf to the block's Merkle root; null beyond the head. */
export async function proof(db: Asked, position: number): ReturnType<Ledger['proof']> {
  const [fact] = await at(db, [position]);
  if (!fact) return null;
  const blocks = await db.query<BlockRow>(
    `SELECT ${BLOCK_ROW_COLUMNS} FROM ledger.blocks b WHERE b.number = $1`,
    [fact.block],
  );
  const row = blocks.rows[0];
  if (!row) throw new Error(`block ${fact.block} of position ${position} is missing`);
  const block = blockOf(row);
  const { rows } = await db.query<{ leaf: Buffer }>(
    'SELECT leaf FROM ledger.facts WHERE position >= $1 AND position < $2 ORDER BY position',
    [block.firstPosition, block.firstPosition + block.count],
  );
  const leaves = rows.map((each) => each.leaf);
  const index = position - block.firstPosition;
  const leaf = leaves[index];
  if (!leaf) throw new Error(`block ${block.number} does not reach position ${position}`);
  return { fact, block, leaf, path: merklePath(leaves, index) };
}
