import fc from 'fast-check';
import type { LedgerHarness } from './harness';
import { anyProposal, proposal, proposals, proposed, range, readAll } from './proposals';

export function appending(harness: () => LedgerHarness): void {
  it('begins empty', async () => {
    const ledger = await harness().open();
    expect(await ledger.head()).toEqual({ position: 0, blocks: 0, recordedAt: 0, hash: Buffer.alloc(32) });
    expect(await readAll(ledger)).toEqual([]);
    expect(await ledger.page(0, 10)).toEqual([]);
    expect(await ledger.verify()).toEqual({ ok: true, position: 0, blocks: 0, checkpoints: 0 });
  });

  it('gives positions from 1 without gaps, in the order of the proposals', async () => {
    const ledger = await harness().open();
    expect(await ledger.append(proposals(3))).toEqual(
      range(1, 3).map((position) => ({ position, duplicate: false })),
    );
    expect(await ledger.append(proposals(2, 3))).toEqual(
      range(4, 5).map((position) => ({ position, duplicate: false })),
    );
    expect((await ledger.head()).position).toBe(5);
  });

  it('answers an empty call without a block', async () => {
    const ledger = await harness().open();
    expect(await ledger.append([])).toEqual([]);
    expect((await ledger.head()).blocks).toBe(0);
  });

  it('gives back what was proposed, byte for byte', async () => {
    const ledger = await harness().open();
    const batches = fc.uniqueArray(anyProposal, {
      minLength: 1,
      maxLength: 20,
      selector: (each) => each.identity.toString('hex'),
    });
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const { position } = await ledger.head();
        const receipts = await ledger.append(batch);
        const fresh = batch.filter((_, i) => !receipts[i]?.duplicate);
        expect((await readAll(ledger, position)).map(proposed)).toEqual(fresh);
        expect((await ledger.page(position, 100)).map(proposed)).toEqual(fresh);
      }),
      { numRuns: 40 },
    );
    expect(await ledger.verify()).toMatchObject({ ok: true });
  });

  it('keeps bytes that are no text: NUL, broken UTF-8, nothing at all', async () => {
    const ledger = await harness().open();
    const payloads = [
      Buffer.from([0]),
      Buffer.from([0xff, 0xfe, 0x7b]),
      Buffer.alloc(0),
      '',
      '\u{1F4A9}\u0001',
    ];
    await ledger.append(payloads.map((payload, i) => proposal(i, { payload })));
    expect((await readAll(ledger)).map((fact) => fact.payload)).toEqual(payloads);
  });

  it('records a repeat once, for ever, and answers the position that it repeats', async () => {
    const first = await harness().open();
    await first.append(proposals(5));
    await first.close();
    const second = await harness().open();
    expect(await second.append([proposal(3), proposal(5), proposal(0)])).toEqual([
      { position: 4, duplicate: true },
      { position: 6, duplicate: false },
      { position: 1, duplicate: true },
    ]);
    expect(await second.append(proposals(6))).toEqual(
      range(1, 6).map((position) => ({ position, duplicate: true })),
    );
    expect(await second.head()).toMatchObject({ position: 6, blocks: 2 });
  });

  it('finds repeats within one call, also in large calls', async () => {
    const ledger = await harness().open();
    const call = [...proposals(600), ...proposals(600), ...proposals(2400)];
    const receipts = await ledger.append(call);
    expect(receipts.filter((receipt) => !receipt.duplicate)).toHaveLength(2400);
    expect(receipts[600]).toEqual({ position: 1, duplicate: true });
    const again = await ledger.append([...proposals(1000, 2000), proposal('new')]);
    expect(again.filter((receipt) => !receipt.duplicate)).toHaveLength(601);
    const facts = await readAll(ledger);
    expect(facts.map((fact) => fact.position)).toEqual(range(1, 3001));
    expect(await ledger.verify()).toMatchObject({ ok: true, position: 3001 });
  });

  it('keeps both of two versions that differ in content', async () => {
    const ledger = await harness().open();
    const receipts = await ledger.append([proposal('v1', { key: 'SO1' }), proposal('v2', { key: 'SO1' })]);
    expect(receipts.map((receipt) => receipt.duplicate)).toEqual([false, false]);
  });

  it('keeps a call of at most one block together, and splits a larger one', async () => {
    const ledger = await harness().open({ blockFacts: 50 });
    await Promise.all([
      ledger.append(proposals(30)),
      ledger.append(proposals(30, 30)),
      ledger.append(proposals(120, 60)),
    ]);
    const blocks: number[][] = [];
    for await (const block of ledger.read(0)) blocks.push(block.map((fact) => fact.position));
    expect(blocks.map((block) => block.length)).toEqual([30, 30, 50, 50, 20]);
    expect(blocks.flat()).toEqual(range(1, 180));
  });

  it('closes a block at its bound of bytes', async () => {
    const ledger = await harness().open({ blockBytes: 10_000 });
    const payload = 'x'.repeat(4_000);
    await ledger.append(range(1, 5).map((i) => proposal(i, { payload })));
    await ledger.append([proposal('large', { payload: 'x'.repeat(50_000) })]);
    const sizes: number[] = [];
    for await (const block of ledger.read(0)) sizes.push(block.length);
    expect(sizes).toEqual([2, 2, 1, 1]);
  });

  it('shares one instant in a block, and never goes back in time', async () => {
    const ledger = await harness().open({ blockFacts: 7 });
    for (const start of range(0, 20)) await ledger.append(proposals(5, start * 5));
    await ledger.append(proposals(100, 1000));
    let last = 0;
    for await (const block of ledger.read(0)) {
      expect(new Set(block.map((fact) => fact.recordedAt)).size).toBe(1);
      expect(new Set(block.map((fact) => fact.block)).size).toBe(1);
      expect(block[0]?.recordedAt).toBeGreaterThanOrEqual(last);
      last = block[0]?.recordedAt ?? 0;
    }
    expect(await ledger.head()).toMatchObject({ recordedAt: last });
  });

  it('answers what it accepted before it closes, and nothing after', async () => {
    const ledger = await harness().open();
    const accepted = ledger.append(proposals(10));
    await ledger.close();
    expect(await accepted).toHaveLength(10);
    await expect(ledger.append(proposals(1))).rejects.toMatchObject({ code: 'ledger-unavailable' });
  });
}
