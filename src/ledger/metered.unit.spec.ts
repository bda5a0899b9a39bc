import { Registry } from 'prom-client';
import { AppendMeter } from '../platform/metrics/append-meter';
import { metered } from './metered';
import { type Ledger, LedgerBusy, LedgerLimitExceeded, LedgerUnavailable, type Proposal } from './port';

const proposals = (count: number) => new Array<Proposal>(count).fill({} as Proposal);

function ledgerThat(append: Ledger['append']): Ledger {
  const other = () => Promise.reject(new Error('not asked for'));
  return {
    append,
    head: () => Promise.resolve('head'),
    page: other,
    rows: () => 'rows',
  } as unknown as Ledger;
}

it('counts what is durable, and passes on what the ledger answers', async () => {
  const registry = new Registry();
  const receipts = [{ position: 1, duplicate: false }];
  const ledger = metered(
    ledgerThat(() => Promise.resolve(receipts)),
    new AppendMeter(registry),
  );
  expect(await ledger.append(proposals(30))).toBe(receipts);
  expect(await ledger.head()).toBe('head');
  expect(ledger.rows?.(0)).toBe('rows');
  const text = await registry.metrics();
  expect(text).toContain('tallystick_append_duration_seconds_count{outcome="ok"} 1');
  expect(text).toContain('tallystick_append_facts_sum 30');
  expect(text).toContain('tallystick_append_facts_bucket{le="25"} 0');
  expect(text).toContain('tallystick_append_facts_bucket{le="50"} 1');
});

it.each([
  ['busy', new LedgerBusy(1)],
  ['unavailable', new LedgerUnavailable('away')],
  ['refused', new LedgerLimitExceeded('too many')],
  ['refused', new TypeError('no identity')],
])('tells %s from what is durable', async (outcome, error) => {
  const registry = new Registry();
  const ledger = metered(
    ledgerThat(() => Promise.reject(error)),
    new AppendMeter(registry),
  );
  await expect(ledger.append(proposals(1))).rejects.toBe(error);
  const text = await registry.metrics();
  expect(text).toContain(`tallystick_append_duration_seconds_count{outcome="${outcome}"} 1`);
  expect(text).toContain('tallystick_append_facts_count 0');
});

it('has rows only where the ledger has them', () => {
  const { rows: _, ...rest } = ledgerThat(() => Promise.resolve([]));
  expect(metered(rest, new AppendMeter(new Registry()))).not.toHaveProperty('rows');
});
