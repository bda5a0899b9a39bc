import { createHash } from 'node:crypto';
import type { Block, Checkpoint } from '../port';
import { BLOCK_VERSION, GENESIS_HASH, blockHash } from './block';
import { ChainCheck } from './chain';
import type { Fault, Link } from './chain';
import { merkleRoot } from './merkle';

const leafAt = (position: number): Buffer => createHash('sha256').update(`${position}`).digest();

function chain(count: number, size: number): Block[] {
  const blocks: Block[] = [];
  for (let number = 1; number <= count; number += 1) {
    const firstPosition = (number - 1) * size + 1;
    const leaves = Array.from({ length: size }, (_, i) => leafAt(firstPosition + i));
    const body = {
      firstPosition,
      count: size,
      recordedAt: 1_000 + number,
      previousHash: blocks.at(-1)?.hash ?? GENESIS_HASH,
      merkleRoot: merkleRoot(leaves),
      version: BLOCK_VERSION,
    };
    blocks.push({ number, ...body, hash: blockHash(body) });
  }
  return blocks;
}

function headOf(blocks: readonly Block[]): Parameters<ChainCheck['end']>[0] {
  const last = blocks.at(-1) as Block;
  const { recordedAt, hash } = last;
  return { position: last.firstPosition + last.count - 1, blocks: last.number, recordedAt, hash };
}

function checkpointOf(block: Block): Checkpoint {
  const position = block.firstPosition + block.count - 1;
  return { position, block: block.number, hash: block.hash.toString('hex'), at: '' };
}

function check(
  blocks: readonly Block[],
  checkpoints: readonly Checkpoint[] = [],
  head = headOf(blocks),
  change: (link: Link) => Link = (link) => link,
): Fault | null {
  const checking = new ChainCheck(checkpoints);
  for (const block of blocks) {
    let fault = checking.begin(block);
    for (let i = 0; i < block.count && !fault; i += 1) {
      const position = block.firstPosition + i;
      const leaf = leafAt(position);
      const link = {
        position,
        block: block.number,
        recordedAt: block.recordedAt,
        stored: leaf,
        computed: leaf,
      };
      fault = checking.fact(change(link));
    }
    if (fault) return fault;
  }
  return checking.end(head);
}

const rehashed = (block: Block, changes: Partial<Block>): Block => {
  const changed = { ...block, ...changes };
  return { ...changed, hash: blockHash(changed) };
};
const replaced = (blocks: readonly Block[], block: Block): Block[] =>
  blocks.map((each) => (each.number === block.number ? block : each));

describe('chain check', () => {
  const blocks = chain(4, 3);
  const [, second, third, fourth] = blocks as [Block, Block, Block, Block];

  it('finds nothing in an untouched chain', () => {
    expect(check(blocks, [checkpointOf(second), checkpointOf(fourth)])).toBeNull();
  });

  it.each<[string, Block[], number, RegExp]>([
    ['a missing block', [...blocks.slice(0, 2), fourth], 7, /block 3 is missing/],
    ['a block that begins elsewhere', replaced(blocks, { ...third, firstPosition: 8 }), 7, /claims/],
    ['an unknown format', replaced(blocks, { ...third, version: 2 }), 7, /format/],
    ['a changed hash', replaced(blocks, { ...third, hash: Buffer.alloc(32) }), 7, /own hash/],
    [
      'a rehashed block',
      replaced(blocks, rehashed(third, { recordedAt: 1_002 })),
      7,
      /block 4 does not follow/,
    ],
    [
      'a block that follows another',
      replaced(blocks, rehashed(third, { previousHash: GENESIS_HASH })),
      4,
      /block 3 does not follow/,
    ],
    ['an instant that goes back', replaced(blocks, rehashed(fourth, { recordedAt: 1_001 })), 10, /before/],
  ])('names %s', (_, changed, position, reason) => {
    const fault = check(changed, [], headOf(blocks));
    expect(fault).toMatchObject({ position });
    expect(fault?.reason).toMatch(reason);
  });

  it('names a fact that claims another instant or block', () => {
    const redated = check(blocks, [], headOf(blocks), (link) =>
      link.position === 5 ? { ...link, recordedAt: 0 } : link,
    );
    expect(redated).toMatchObject({ position: 5 });
    const moved = check(blocks, [], headOf(blocks), (link) =>
      link.position === 5 ? { ...link, block: 9 } : link,
    );
    expect(moved).toMatchObject({ position: 5 });
    // The next block's number is what the facts after a removed one have, once the gap is closed.
    const closed = check(blocks, [], headOf(blocks), (link) =>
      link.position === 5 ? { ...link, block: 3 } : link,
    );
    expect(closed).toMatchObject({ position: 4 });
  });

  it('names a head that does not agree', () => {
    const head = headOf(blocks);
    expect(check(blocks, [], { ...head, hash: GENESIS_HASH })).toMatchObject({ position: 12 });
    expect(check(blocks, [], { ...head, recordedAt: 1 })).toMatchObject({ position: 12 });
    expect(check(blocks, [], { ...head, position: 20 })).toMatchObject({ position: 13 });
  });

  it('names what lies between two checkpoints when the second does not agree', () => {
    const forged = { ...checkpointOf(fourth), hash: '00'.repeat(32) };
    expect(check(blocks, [forged, checkpointOf(second)])).toMatchObject({ position: 7 });
  });
});
