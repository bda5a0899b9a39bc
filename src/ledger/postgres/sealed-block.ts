/** A block that is durable. `number` counts blocks from 1; `recordedAt` is in epoch milliseconds. */
export interface SealedBlock {
  number: number;
  firstPosition: number;
  count: number;
  recordedAt: number;
  merkleRoot: Buffer;
  hash: Buffer;
}

/** Either the block was sealed, or nothing was written because some facts repeat recorded ones: index → position. */
export type WriteResult = { sealed: SealedBlock } | { repeats: Map<number, number> };
