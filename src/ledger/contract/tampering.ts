import type { Checkpoint, Ledger } from '../port';
import type { LedgerHarness } from './harness';
import { proposals } from './proposals';

/** Four blocks of ten facts; a checkpoint after the second and the fourth. */
async function filled(harness: LedgerHarness): Promise<{ ledger: Ledger; checkpoints: Checkpoint[] }> {
  const ledger = await harness.open();
  const checkpoints: Checkpoint[] = [];
  for (const block of [1, 2, 3, 4]) {
    await ledger.append(proposals(10, block * 10));
    const { position, hash, recordedAt } = await ledger.head();
    if (block % 2 === 0) {
      checkpoints.push({
        position,
        block,
        hash: hash.toString('hex'),
        at: new Date(recordedAt).toISOString(),
      });
    }
  }
  return { ledger, checkpoints };
}

export function tampering(harness: () => LedgerHarness): void {
  it('verifies an untouched ledger, with and without checkpoints', async () => {
    const { ledger, checkpoints } = await filled(harness());
    const progress: [number, number][] = [];
    const onProgress = (position: number, head: number): void => {
      progress.push([position, head]);
    };
    expect(await ledger.verify({ checkpoints: [], onProgress })).toMatchObject({
      ok: true,
      blocks: 4,
      checkpoints: 0,
    });
    expect(await ledger.verify({ checkpoints })).toEqual({
      ok: true,
      position: 40,
      blocks: 4,
      checkpoints: 2,
    });
    expect(progress.at(-1)).toEqual([40, 40]);
  });

  const acts: [string, (harness: LedgerHarness) => Promise<void>, number, RegExp][] = [
    ['a changed payload', ({ tamper }) => tamper.changePayload(27), 27, /changed/],
    ['a changed payload with its leaf', ({ tamper }) => tamper.changePayloadAndLeaf(27), 21, /changed/],
    ['a removed fact', ({ tamper }) => tamper.remove(14), 14, /removed/],
    ['the last fact removed', ({ tamper }) => tamper.remove(40), 31, /removed/],
    ['an inserted fact', ({ tamper }) => tamper.insertAfterHead(), 41, /inserted/],
    ['two facts in another order', ({ tamper }) => tamper.swap(12, 18), 11, /reordered/],
    ['two facts of different blocks exchanged', ({ tamper }) => tamper.swap(18, 33), 11, /reordered/],
    ['a block with another instant', ({ tamper }) => tamper.redate(3), 21, /changed/],
    ['a cut tail', ({ tamper }) => tamper.truncateAfterBlock(3), 31, /truncated/],
    ['everything cut', ({ tamper }) => tamper.truncateAfterBlock(0), 1, /truncated/],
    ['a history rewritten from 27 on', ({ tamper }) => tamper.rewriteFrom(27), 21, /rewritten/],
    ['a history rewritten from 3 on', ({ tamper }) => tamper.rewriteFrom(3), 1, /rewritten/],
  ];
  it.each(acts)('names %s', async (_, act, position, reason) => {
    const { ledger, checkpoints } = await filled(harness());
    await act(harness());
    const result = await ledger.verify({ checkpoints });
    expect(result).toMatchObject({ ok: false, position });
    expect(result.ok ? '' : result.reason).toMatch(reason);
  });

  it('can be verified while it is written to', async () => {
    const { ledger, checkpoints } = await filled(harness());
    const writing = Promise.all(
      Array.from({ length: 50 }, (_, i) => ledger.append(proposals(3, 1_000 + i * 3))),
    );
    expect(await ledger.verify({ checkpoints })).toMatchObject({ ok: true });
    await writing;
    expect(await ledger.verify({ checkpoints })).toMatchObject({ ok: true, position: 190 });
  });
}
