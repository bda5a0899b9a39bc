import type { Block } from '../port';
import type { Int8 } from './fact-row';

export const BLOCK_ROW_COLUMNS = `b.number, b.first_position, b.count, ledger.epoch_ms(b.recorded_at) AS recorded_ms,
  b.previous_hash, b.merkle_root, b.hash, b.version`;

export interface BlockRow {
  number: Int8;
  first_position: Int8;
  count: number;
  recorded_ms: Int8;
  previous_hash: Buffer;
  merkle_root: Buffer;
  hash: Buffer;
  version: number;
}

export function blockOf(row: BlockRow): Block {
  return {
    number: Number(row.number),
    firstPosition: Number(row.first_position),
    count: row.count,
    recordedAt: Number(row.recorded_ms),
    previousHash: row.previous_hash,
    merkleRoot: row.merkle_root,
    hash: row.hash,
    version: row.version,
  };
}
