import { hash } from 'node:crypto';
import type { Block } from '../port';
import { HASH_BYTES } from './leaf';

/** The chain's format. It is the first byte of what is hashed, so a later format can stand beside this one. */
export const BLOCK_VERSION = 1;
/** What the first block names as its predecessor. */
export const GENESIS_HASH: Buffer = Buffer.alloc(HASH_BYTES);

/**
 * SHA-256(version ‖ previous hash ‖ first position ‖ count ‖ recordedAt ‖ Merkle root): one byte, 32 bytes, int64, int32,
 * int64 in epoch milliseconds, 32 bytes, all big-endian. The database computes the same in `ledger.block_hash`.
 */
export function blockHash(block: Omit<Block, 'number' | 'hash'>): Buffer {
  const bytes = Buffer.allocUnsafe(1 + HASH_BYTES + 8 + 4 + 8 + HASH_BYTES);
  let at = bytes.writeUInt8(block.version, 0);
  at += block.previousHash.copy(bytes, at);
  at = bytes.writeBigInt64BE(BigInt(block.firstPosition), at);
  at = bytes.writeInt32BE(block.count, at);
  at = bytes.writeBigInt64BE(BigInt(block.recordedAt), at);
  at += block.merkleRoot.copy(bytes, at);
  return hash('sha256', bytes.subarray(0, at), 'buffer');
}
