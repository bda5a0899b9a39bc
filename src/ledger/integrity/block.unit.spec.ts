import { createHash } from 'node:crypto';
import { BLOCK_VERSION, GENESIS_HASH, blockHash } from './block';

describe('block', () => {
  // As for the leaf: these bytes never change under version 1.
  it('hashes version, previous hash, first position, count, instant and root', () => {
    const merkleRoot = createHash('sha256').update('root').digest();
    const bytes = Buffer.concat([
      Buffer.from('01', 'hex'),
      Buffer.alloc(32),
      Buffer.from('0000000000000001', 'hex'),
      Buffer.from('000007d0', 'hex'),
      Buffer.from('0000019e71a3b400', 'hex'),
      merkleRoot,
    ]);
    expect(
      blockHash({
        version: BLOCK_VERSION,
        previousHash: GENESIS_HASH,
        firstPosition: 1,
        count: 2000,
        recordedAt: 0x019e71a3b400,
        merkleRoot,
      }),
    ).toEqual(createHash('sha256').update(bytes).digest());
  });
});
