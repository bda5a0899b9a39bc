import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { merklePath, merkleRoot, rootFromPath } from './merkle';

function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([Buffer.from([1]), left, right]))
    .digest();
}

/** RFC 6962 as its text has it: split at the largest power of two below the number of leaves. */
function rfc6962(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] as Buffer;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(rfc6962(leaves.slice(0, split)), rfc6962(leaves.slice(split)));
}

const leavesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => createHash('sha256').update(`${i}`).digest());

describe('Merkle tree', () => {
  it('is the tree of RFC 6962', () => {
    for (let count = 1; count <= 70; count += 1) {
      expect(merkleRoot(leavesOf(count))).toEqual(rfc6962(leavesOf(count)));
    }
  });

  it('leads from every leaf to the root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (count, seed) => {
        const leaves = leavesOf(count);
        const index = seed % count;
        const path = merklePath(leaves, index);
        expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
        expect(rootFromPath(leaves[index] as Buffer, path)).toEqual(merkleRoot(leaves));
      }),
    );
  });

  it('does not lead another leaf to the root', () => {
    const leaves = leavesOf(13);
    const path = merklePath(leaves, 5);
    expect(rootFromPath(leaves[6] as Buffer, path)).not.toEqual(merkleRoot(leaves));
  });

  it('refuses what has no root or no path', () => {
    expect(() => merkleRoot([])).toThrow(RangeError);
    expect(() => merklePath(leavesOf(3), 3)).toThrow(RangeError);
    expect(() => merklePath(leavesOf(3), -1)).toThrow(RangeError);
  });
});
