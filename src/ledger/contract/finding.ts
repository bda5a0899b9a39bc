import type { Ledger } from '../port';
import type { LedgerHarness } from './harness';
import { proposal, range, readAll } from './proposals';

async function filled(harness: LedgerHarness): Promise<Ledger> {
  const ledger = await harness.open();
  const combinations = range(0, 29).map((i) =>
    proposal(i, {
      source: i % 2 === 0 ? 'prima-uk' : 'scend',
      type: i % 3 === 0 ? null : `type-${i % 3}`,
      key: `K${i % 5}`,
    }),
  );
  for (const from of [0, 10, 20]) await ledger.append(combinations.slice(from, from + 10));
  return ledger;
}

export function finding(harness: () => LedgerHarness): void {
  it('finds by any combination of source, type and key', async () => {
    const ledger = await filled(harness());
    const all = await readAll(ledger);
    for (const source of [undefined, 'prima-uk', 'scend', 'nobody']) {
      for (const type of [undefined, 'type-1', 'type-9']) {
        for (const key of [undefined, 'K3', 'K9']) {
          const expected = all.filter(
            (fact) =>
              (source === undefined || fact.source === source) &&
              (type === undefined || fact.type === type) &&
              (key === undefined || fact.key === key),
          );
          expect(await ledger.find({ source, type, key, limit: 100 })).toEqual(expected);
        }
      }
    }
  });

  it('goes on after a position, up to a limit', async () => {
    const ledger = await filled(harness());
    const positions = async (after: number): Promise<number[]> =>
      (await ledger.find({ key: 'K3', after, limit: 2 })).map((fact) => fact.position);
    expect(await positions(0)).toEqual([4, 9]);
    expect(await positions(9)).toEqual([14, 19]);
    expect(await positions(29)).toEqual([]);
  });

  it('bounds by recordedAt, both ends included', async () => {
    const ledger = await filled(harness());
    const all = await readAll(ledger);
    const times = [...new Set(all.map((fact) => fact.recordedAt))];
    for (const from of [undefined, ...times, (times.at(-1) ?? 0) + 1]) {
      for (const to of [undefined, ...times, (times[0] ?? 0) - 1]) {
        const expected = all.filter(
          (fact) => fact.recordedAt >= (from ?? -Infinity) && fact.recordedAt <= (to ?? Infinity),
        );
        expect(await ledger.find({ from, to, limit: 100 })).toEqual(expected);
      }
    }
  });
}
