import { LedgerBusy } from '../port';
import type { Proposal } from '../port';
import type { LedgerHarness } from './harness';
import { proposal, proposals, range } from './proposals';

export function limits(harness: () => LedgerHarness): void {
  const tooLarge: [string, Partial<Proposal>][] = [
    ['payload of text', { payload: 'x'.repeat(1_001) }],
    ['payload of text, counted in bytes', { payload: 'é'.repeat(501) }],
    ['payload of bytes', { payload: Buffer.alloc(1_001) }],
    ['key', { key: 'k'.repeat(501) }],
    ['type', { type: 't'.repeat(201) }],
    ['source', { source: 's'.repeat(201) }],
    ['actor', { actor: 'a'.repeat(201) }],
    ['clock', { occurredAt: 8.64e15 }],
  ];
  it.each(tooLarge)('refuses a call with an excess: %s; and records nothing of it', async (_, changes) => {
    const ledger = await harness().open({ payloadBytes: 1_000 });
    await expect(ledger.append([proposal(1), proposal(2, changes)])).rejects.toMatchObject({
      code: 'ledger-limit-exceeded',
    });
    expect((await ledger.head()).position).toBe(0);
  });

  it('records what is just within the limits', async () => {
    const ledger = await harness().open({ payloadBytes: 1_000 });
    const receipts = await ledger.append([
      proposal(1, { payload: 'é'.repeat(500), key: '\u{1F4A9}'.repeat(250), type: 'ü'.repeat(200) }),
      proposal(2, { payload: Buffer.alloc(1_000) }),
    ]);
    expect(receipts).toHaveLength(2);
  });

  it('records 16 MiB in one payload', async () => {
    const ledger = await harness().open();
    const payload = Buffer.alloc(16 * 1024 * 1024, 0xfe);
    const [receipt] = await ledger.append([proposal(1, { payload })]);
    const [fact] = await ledger.at([receipt?.position ?? 0]);
    expect(payload.equals(fact?.payload as Buffer)).toBe(true);
  });

  it('refuses a call of too many facts', async () => {
    const ledger = await harness().open({ batchFacts: 10 });
    await expect(ledger.append(proposals(11))).rejects.toMatchObject({ code: 'ledger-limit-exceeded' });
    expect(await ledger.append(proposals(10))).toHaveLength(10);
  });

  const broken: [string, Partial<Proposal>][] = [
    ['NUL in a text', { payload: 'a\0b' }],
    ['NUL in a key', { key: 'a\0b' }],
    ['a lone surrogate in a text', { payload: 'a\ud800b' }],
    ['a lone surrogate in a type', { type: '\udc00' }],
    ['an identity of another length', { identity: Buffer.alloc(20) }],
    ['a clock that is no whole number', { occurredAt: 1.5 }],
  ];
  it.each(broken)('asserts that the caller keeps out %s', async (_, changes) => {
    const ledger = await harness().open();
    await expect(ledger.append([proposal(1, changes)])).rejects.toThrow(TypeError);
    expect((await ledger.head()).position).toBe(0);
  });

  it('refuses callers while its queue is full, and records exactly what it accepted', async () => {
    const ledger = await harness().open({ queueFacts: 50, blockFacts: 20 });
    const answers = await Promise.allSettled(range(0, 29).map((i) => ledger.append(proposals(10, i * 10))));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(LedgerBusy);
      expect((reason as LedgerBusy).retryAfterSeconds).toBeGreaterThanOrEqual(1);
    }
    expect((await ledger.head()).position).toBe((answers.length - refused.length) * 10);
    expect(await ledger.append(proposals(10, 290))).toHaveLength(10);
  });

  it('refuses by waiting bytes too, but never a call that finds the queue empty', async () => {
    const ledger = await harness().open({ queueBytes: 10_000 });
    const large = (i: number): Proposal[] => [proposal(i, { payload: 'x'.repeat(20_000) })];
    const answers = await Promise.allSettled([ledger.append(large(1)), ledger.append(large(2))]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected']);
  });
}
