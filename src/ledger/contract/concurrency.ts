import fc from 'fast-check';
import type { Ledger, Proposal, Receipt } from '../port';
import type { LedgerHarness } from './harness';
import { proposal, proposals, range, readAll } from './proposals';

interface Call {
  writer: number;
  contents: number[];
}

const WRITERS = 3;
const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.record({
    writer: fc.nat({ max: WRITERS - 1 }),
    // Few distinct contents, so that repeats within and across calls and writers are the rule.
    contents: fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 25 }),
  }),
  { minLength: 1, maxLength: 25 },
);

export function concurrency(harness: () => LedgerHarness): void {
  it('records each identity exactly once, whoever sends it, however calls interleave', async () => {
    const writers = await Promise.all(range(1, WRITERS).map(() => harness().open({ blockFacts: 20 })));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(calls, async (plan) => {
        run += 1;
        await check(writers, plan, run);
      }),
      { numRuns: 25 },
    );
    expect(await writers[0]?.verify()).toMatchObject({ ok: true });
  });

  it('keeps the order of calls of one instance that are not awaited', async () => {
    const ledger = await harness().open();
    const receipts = await Promise.all(range(0, 199).map((i) => ledger.append([proposal(i)])));
    expect(receipts.flat().map((receipt) => receipt.position)).toEqual(range(1, 200));
    expect((await ledger.head()).blocks).toBeLessThan(20);
  });

  it('keeps that order between large and small calls', async () => {
    const ledger = await harness().open();
    const sizes = [1, 1_500, 1, 2_500, 700, 1];
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
    const receipts = await Promise.all(sizes.map((size, i) => ledger.append(proposals(size, starts[i]))));
    const firsts = receipts.map((answers) => answers[0]?.position ?? 0);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    for (const answers of receipts) {
      const positions = answers.map((receipt) => receipt.position);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
    }
    expect(await ledger.head()).toMatchObject({ position: 4_703 });
  });

  it('lets several instances write large calls at once', async () => {
    const writers = await Promise.all(range(1, WRITERS).map(() => harness().open()));
    await Promise.all(writers.map((writer, i) => writer.append(proposals(3_000, i * 1_500))));
    const facts = await readAll(writers[0] as Ledger);
    expect(facts.map((fact) => fact.position)).toEqual(range(1, 6_000));
    expect(new Set(facts.map((fact) => fact.key)).size).toBe(6_000);
    expect(await writers[1]?.verify()).toMatchObject({ ok: true });
  });
}

async function check(writers: readonly Ledger[], plan: readonly Call[], run: number): Promise<void> {
  const reader = writers[0] as Ledger;
  const before = await reader.head();
  const sent = plan.map(({ contents }) => contents.map((content) => proposal(`${run}/${content}`)));
  const receipts = await Promise.all(
    plan.map(({ writer }, i) => (writers[writer] as Ledger).append(sent[i] as Proposal[])),
  );
  const facts = await readAll(reader, before.position);
  const distinct = new Set(plan.flatMap(({ contents }) => contents));
  expect(facts.map((fact) => fact.position)).toEqual(
    distinct.size === 0 ? [] : range(before.position + 1, before.position + distinct.size),
  );
  const identityAt = new Map(facts.map((fact) => [fact.position, fact.identity.toString('hex')]));
  const fresh = new Set<number>();
  receipts.forEach((answers, i) => {
    answers.forEach((receipt: Receipt, j) => {
      expect(identityAt.get(receipt.position)).toBe(sent[i]?.[j]?.identity.toString('hex'));
      if (receipt.duplicate) return;
      expect(fresh.has(receipt.position)).toBe(false);
      fresh.add(receipt.position);
    });
    const own = answers.filter((receipt) => !receipt.duplicate).map((receipt) => receipt.position);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  });
  expect(fresh.size).toBe(distinct.size);
}
