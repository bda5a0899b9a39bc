import { GENESIS_HASH, blockHash } from '../integrity/block';
import { leafOf } from '../integrity/leaf';
import { rootFromPath } from '../integrity/merkle';
import type { LedgerHarness } from './harness';
import { proposal, proposals, range } from './proposals';

export function proving(harness: () => LedgerHarness): void {
  it('proves every fact of blocks of every size, from the fact alone', async () => {
    const ledger = await harness().open();
    for (const size of range(1, 9)) await ledger.append(proposals(size, size * 100));
    const { position: last, hash } = await ledger.head();
    let previous = GENESIS_HASH;
    for (const position of range(1, last)) {
      const proof = await ledger.proof(position);
      if (!proof) throw new Error(`no proof of ${position}`);
      const { fact, block, leaf, path } = proof;
      expect(fact.position).toBe(position);
      expect(leafOf(fact)).toEqual(leaf);
      expect(rootFromPath(leaf, path)).toEqual(block.merkleRoot);
      expect(blockHash(block)).toEqual(block.hash);
      if (position === block.firstPosition) expect(block.previousHash).toEqual(previous);
      previous = block.hash;
    }
    expect(previous).toEqual(hash);
  });

  it('proves no position that does not exist', async () => {
    const ledger = await harness().open();
    await ledger.append([proposal(1)]);
    expect(await ledger.proof(2)).toBeNull();
    expect(await ledger.proof(0)).toBeNull();
  });

  it('covers every field of a fact with its leaf', () => {
    const original = leafOf(proposal(1));
    const others = [
      { source: 'other' },
      { type: 'other' },
      { type: null },
      { key: 'other' },
      { key: null },
      { occurredAt: 1 },
      { occurredAt: null },
      { actor: 'other' },
      { payload: 'other' },
      { payload: Buffer.from(String(proposal(1).payload)) },
      { identity: Buffer.alloc(32) },
    ].map((changes) => leafOf(proposal(1, changes)).toString('hex'));
    expect(others).not.toContain(original.toString('hex'));
    expect(new Set(others).size).toBe(others.length);
  });
}
