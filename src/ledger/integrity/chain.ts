import type { Block, Checkpoint } from '../port';
import { BLOCK_VERSION, GENESIS_HASH, blockHash } from './block';
import { merkleRoot } from './merkle';

/** What is wrong, and the first position that it touches. */
export interface Fault {
  position: number;
  reason: string;
}

/** A stored fact as the chain sees it: where it claims to be, its stored leaf, and the leaf that its bytes give now. */
export interface Link {
  position: number;
  block: number;
  recordedAt: number;
  stored: Buffer;
  computed: Buffer;
}

/**
 * Recomputes the chain from its first block. Blocks and their facts are given in order; each answer is the first fault or
 * null. Any adapter can use it: it knows no store.
 */
export class ChainCheck {
  private leaves: Buffer[] = [];
  private current: Block | null = null;
  private previous: Block | null = null;
  /** Up to here checkpoints kept outside agree, so a rewritten history begins after it. */
  private confirmed = 0;
  private readonly checkpoints: Checkpoint[];
  private nextCheckpoint = 0;
  /** How many checkpoints agreed. */
  agreed = 0;

  constructor(checkpoints: readonly Checkpoint[]) {
    this.checkpoints = [...checkpoints].sort((a, b) => a.block - b.block);
  }

  /** Whether the current block has all its facts, so that the next one must begin. */
  get complete(): boolean {
    return this.current === null;
  }

  /** The position that must come next. */
  get position(): number {
    const { current, previous } = this;
    if (current) return current.firstPosition + this.leaves.length;
    return previous ? previous.firstPosition + previous.count : 1;
  }

  begin(block: Block): Fault | null {
    const position = this.position;
    const number = (this.previous?.number ?? 0) + 1;
    if (block.number !== number) return { position, reason: `block ${number} is missing` };
    if (block.firstPosition !== position || block.count < 1) {
      return { position, reason: `block ${number} claims positions from ${block.firstPosition} on` };
    }
    if (block.version !== BLOCK_VERSION) {
      return { position, reason: `block ${number} has the unknown format ${block.version}` };
    }
    this.current = block;
    return null;
  }

  fact(link: Link): Fault | null {
    const { position } = this;
    const block = this.current as Block;
    if (link.position > position) return { position, reason: 'removed: the position is missing' };
    if (link.position < position) return { position: link.position, reason: 'inserted: no block holds it' };
    if (!link.stored.equals(link.computed)) {
      return { position, reason: 'changed: its bytes do not give its leaf' };
    }
    if (link.block === block.number + 1) {
      // Renumbered after a removal, so the missing one may be any of the block's.
      const { firstPosition: first, number } = block;
      return {
        position: first,
        reason: `removed: block ${number} from ${first} on has fewer facts than it counts`,
      };
    }
    if (link.block !== block.number || link.recordedAt !== block.recordedAt) {
      return { position, reason: `changed: its block or instant is not that of block ${block.number}` };
    }
    this.leaves.push(link.stored);
    return this.leaves.length === block.count ? this.seal(block) : null;
  }

  /** After the last block: the head as the store has it, and checkpoints that lie beyond. */
  end(head: { position: number; blocks: number; recordedAt: number; hash: Buffer }): Fault | null {
    const { position, previous } = this;
    const last = position - 1;
    if (this.current) {
      // The others may have been renumbered: any of the block's can be the missing one.
      const { firstPosition, number, count } = this.current;
      return {
        position: firstPosition,
        reason: `removed: block ${number} from ${firstPosition} on has fewer facts than the ${count} it counts`,
      };
    }
    if (head.position > last || head.blocks > (previous?.number ?? 0)) {
      return { position, reason: `truncated: the head is at ${head.position}, the chain ends at ${last}` };
    }
    const beyond = this.checkpoints[this.nextCheckpoint];
    if (beyond) {
      return {
        position,
        reason: `truncated: a checkpoint has seen position ${beyond.position}, the chain ends at ${last}`,
      };
    }
    const agrees =
      head.position === last &&
      head.hash.equals(previous?.hash ?? GENESIS_HASH) &&
      (previous === null || head.recordedAt === previous.recordedAt);
    return agrees ? null : { position: last, reason: 'the head does not agree with the last block' };
  }

  private seal(block: Block): Fault | null {
    const root = merkleRoot(this.leaves);
    const { firstPosition: first, count, number } = block;
    const span = count === 1 ? `position ${first}` : `positions ${first} to ${first + count - 1}`;
    if (!root.equals(block.merkleRoot)) {
      return {
        position: first,
        reason: `changed, replaced or reordered: ${span} do not give the Merkle root of block ${number}`,
      };
    }
    if (!blockHash(block).equals(block.hash)) {
      return { position: first, reason: `changed: block ${number} does not give its own hash` };
    }
    const { previous } = this;
    if (!block.previousHash.equals(previous?.hash ?? GENESIS_HASH)) {
      return {
        position: previous?.firstPosition ?? first,
        reason: `rewritten: block ${number} does not follow block ${number - 1} as it stands`,
      };
    }
    if (previous && block.recordedAt < previous.recordedAt) {
      return { position: first, reason: `block ${number} was recorded before block ${number - 1}` };
    }
    this.previous = block;
    this.current = null;
    this.leaves = [];
    return this.compare(block);
  }

  private compare(block: Block): Fault | null {
    for (; ; this.nextCheckpoint += 1) {
      const checkpoint = this.checkpoints[this.nextCheckpoint];
      if (!checkpoint || checkpoint.block > block.number) return null;
      const last = block.firstPosition + block.count - 1;
      if (checkpoint.position !== last || checkpoint.hash !== block.hash.toString('hex')) {
        return {
          position: this.confirmed + 1,
          reason: `rewritten between ${this.confirmed + 1} and ${last}: block ${block.number} is not what its checkpoint has seen`,
        };
      }
      this.confirmed = last;
      this.agreed += 1;
    }
  }
}
