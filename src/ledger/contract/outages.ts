import { LedgerUnavailable, type Receipt } from '../port';
import type { LedgerHarness } from './harness';
import { proposal, proposals, range, readAll } from './proposals';

export function outages(harness: () => LedgerHarness): void {
  const sizes: [string, number][] = [
    ['small', 3],
    ['large', 1_500],
  ];

  it.each(sizes)('knows a %s block as its own when the answer was lost', async (_, size) => {
    const ledger = await harness().open();
    await ledger.append([proposal('before')]);
    harness().network.loseNextAnswer();
    const receipts = await ledger.append(proposals(size));
    expect(receipts).toEqual(range(2, size + 1).map((position) => ({ position, duplicate: false })));
    expect((await ledger.head()).position).toBe(size + 1);
  });

  it.each(sizes)(
    'tells repeats from its own facts when the answer to a %s block was lost',
    async (_, size) => {
      const ledger = await harness().open();
      const repeated = proposals(2);
      await ledger.append(repeated);
      harness().network.loseNextAnswer();
      const receipts = await ledger.append([...repeated, ...proposals(size, 10)]);
      expect(receipts.map((receipt) => receipt.duplicate)).toEqual([
        true,
        true,
        ...proposals(size).map(() => false),
      ]);
      expect(receipts.map((receipt) => receipt.position)).toEqual(range(1, size + 2));
    },
  );

  it.each(sizes)('sends a %s block again when the request was lost', async (_, size) => {
    const ledger = await harness().open();
    await ledger.append([proposal('before')]);
    harness().network.loseNextRequest();
    const receipts = await ledger.append(proposals(size));
    expect(receipts).toEqual(range(2, size + 1).map((position) => ({ position, duplicate: false })));
    expect(await readAll(ledger)).toHaveLength(size + 1);
  });

  it('lets callers wait while the store is away, and records everything once it is back', async () => {
    const ledger = await harness().open();
    await ledger.append([proposal('before')]);
    harness().network.down();
    const waiting = Promise.all(range(0, 19).map((i) => ledger.append(proposals(2, i * 2))));
    await expect(ledger.head()).rejects.toBeInstanceOf(LedgerUnavailable);
    harness().network.up();
    expect((await waiting).flat().every((receipt) => !receipt.duplicate)).toBe(true);
    expect((await ledger.head()).position).toBe(41);
    expect(await ledger.verify()).toMatchObject({ ok: true });
  });

  it('tells a reader in the middle of a stream, and lets it resume where it was', async () => {
    const ledger = await harness().open();
    // More than the buffers on the way hold, so that the end of the stream is still to come.
    const payload = 'x'.repeat(100_000);
    for (const i of range(0, 199)) void ledger.append([proposal(i, { payload })]);
    await ledger.append([proposal('last')]);
    let last = 0;
    const reading = async (): Promise<void> => {
      for await (const block of ledger.read(0)) {
        last = block.at(-1)?.position ?? 0;
        harness().network.down();
      }
    };
    await expect(reading()).rejects.toBeInstanceOf(LedgerUnavailable);
    harness().network.up();
    expect(last).toBeGreaterThan(0);
    expect((await readAll(ledger, last)).map((fact) => fact.position)).toEqual(range(last + 1, 201));
  });

  it('refuses callers that have waited too long, and serves the next by itself', async () => {
    await (await harness().open()).append([proposal('before')]);
    const ledger = await harness().open({ maxWaitMs: 200 });
    harness().network.down();
    const answers = await Promise.allSettled([
      ledger.append(proposals(2)),
      ledger.append(proposals(2, 2)),
      ledger.append(proposals(2_000, 4)),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'ledger-unavailable' } });
    }
    harness().network.up();
    // A store that is found again only after a while may refuse the first of them.
    const served = async (): Promise<Receipt[]> => {
      for (;;) {
        const receipts = await ledger.append([proposal('after')]).catch((error: unknown) => {
          expect(error).toBeInstanceOf(LedgerUnavailable);
          return null;
        });
        if (receipts) return receipts;
      }
    };
    expect(await served()).toMatchObject([{ position: 2 }]);
    expect(await ledger.verify()).toMatchObject({ ok: true, position: 2 });
  });

  it('loses no acknowledged fact and doubles none when connections break again and again', async () => {
    const ledger = await harness().open();
    let sent = 0;
    for (const round of range(1, 12)) {
      if (round % 2 === 0) harness().network.loseNextAnswer();
      else harness().network.loseNextRequest();
      const receipts = await Promise.all(range(1, 8).map(() => ledger.append([proposal((sent += 1))])));
      expect(receipts.flat().some((receipt) => receipt.duplicate)).toBe(false);
    }
    expect((await readAll(ledger)).map((fact) => fact.key)).toEqual(range(1, sent).map((i) => `SO${i}`));
    expect(await ledger.verify()).toMatchObject({ ok: true, position: sent });
  });
}
