import type { CaseRecord, DriftEvent, DriftRecord } from '../projections/engine/records';
import { newsOf } from './outbox';
import { type Told, rowsOf } from './tell';

const finding = {
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  sides: [],
  cause: { code: 'c', detail: 'd' },
  amountAtRisk: null,
  unitsAtRisk: null,
  divergence: null,
};
const drift = {
  ...{ id: 'new', anchor: 'a', detector: 'x', severity: 'high', occurrence: 1, openedBy: 5, openedAt: 0 },
  ...{ aliases: ['old'], resolvedAt: null, resolvedBy: null, finding },
} as unknown as DriftRecord;
const event = (over: Partial<DriftEvent>): DriftEvent => ({
  caseKey: 'order:SO1',
  anchor: 'a',
  driftId: 'new',
  occurrence: 1,
  type: 'opened',
  position: 7,
  at: 0,
  status: 'open',
  detail: '',
  ...over,
});
const opened = event({});
const resolved = event({ type: 'resolved', status: 'resolved', at: 5, position: 8 });
const accepted = event({ type: 'accepted', status: 'accepted' });
const again = event({ type: 'reopened', occurrence: 2, position: 8 });
const consequence = event({ type: 'consequence', status: 'consequence' });

/** What is written of these events where this was told before: kinds, with what becomes of each for people. */
const written = (events: DriftEvent[], told: Partial<Told> | null, imported = false) => {
  const cases = new Map([['order:SO1', { drifts: new Map([['a', drift]]) } as unknown as CaseRecord]]);
  const before = { toldAs: 'old', told: null, people: null, underWay: false, recent: 0, ...told };
  const known = new Map(told === null ? [] : [['new', before]]);
  return rowsOf(newsOf(events, cases), known, () => imported);
};
const kinds = (...args: Parameters<typeof written>) =>
  written(...args).map(
    ({ kind, status, waits }) => `${kind.slice(6)} ${waits && status === 'pending' ? 'waits' : status}`,
  );
const open = { told: 'drift.opened', people: 'drift.opened' } as const;

describe('what is told of a drift', () => {
  it("is for machines only where a promotion's sums tell people, unless something may be told after them", () => {
    const sums = {
      occurrence: 1,
      position: 8,
      at: 0,
      drift,
      driftId: 'new',
      key: 'k',
      inSums: true,
      onlyIfTold: true,
    };
    const become = (underWay: boolean, told: Told['told']) =>
      rowsOf(
        [
          { ...sums, kind: 'drift.resolved' },
          { ...sums, kind: 'drift.opened' },
        ],
        new Map([['new', { toldAs: 'old', told, people: told, underWay, recent: 5 }]]),
        () => false,
      ).map(({ status }) => status);
    expect(become(false, 'drift.opened')).toEqual(['kept', 'kept']);
    expect(become(true, 'drift.opened')).toEqual(['pending', 'pending']);
    expect(become(false, null)).toEqual([]);
  });

  it('is every turn of it within one batch, each under a key of its own', () => {
    const rows = written([opened, resolved, again], null);
    expect(rows.map(({ kind }) => kind)).toEqual(['drift.opened', 'drift.resolved', 'drift.opened']);
    expect(new Set(rows.map((row) => row.idempotency_key)).size).toBe(3);
    // It is open again, and that it had ended is told as it was.
    expect(JSON.parse(rows[1]?.body ?? '')).toMatchObject({ resolvedAt: 5, resolvedBy: 8, changedAt: 5 });
  });

  it('is nothing where it was told to be so, whatever history counts it', () => {
    expect(kinds([again], open)).toEqual([]);
    expect(kinds([opened], { told: 'drift.resolved', people: 'drift.resolved' })).toEqual(['opened pending']);
    expect(kinds([resolved], open)).toEqual(['resolved pending']);
    expect(kinds([accepted, again], open)).toEqual(['accepted pending', 'opened pending']);
    expect(kinds([consequence], open)).toEqual(['superseded pending']);
  });

  it('goes by the name under which it was told first', () => {
    expect(written([resolved], open)).toMatchObject([{ told_as: 'old', drift_id: 'new' }]);
    expect(written([opened], null)).toMatchObject([{ told_as: 'new' }]);
  });

  it('is not its end to who was not told of it', () => {
    expect(kinds([resolved, accepted, consequence], null)).toEqual([]);
  });

  it('is not what an import finds, unless it was told of before', () => {
    expect(kinds([opened, resolved], null, true)).toEqual([]);
    expect(kinds([opened], { told: 'drift.resolved', people: 'drift.resolved' }, true)).toEqual([
      'opened pending',
    ]);
  });

  it('waits from the third time within an hour on, and is told neither then nor now where it ends meanwhile', () => {
    const flaps = { told: 'drift.resolved', people: 'drift.resolved', recent: 2 } as const;
    expect(kinds([opened], flaps)).toEqual(['opened waits']);
    expect(kinds([opened, resolved], flaps)).toEqual(['opened damped', 'resolved damped']);
    // What was told last is an acceptance, which is not what it is in the end.
    expect(kinds([opened, resolved], { ...flaps, told: 'drift.accepted', people: 'drift.accepted' })).toEqual(
      ['opened damped', 'resolved pending'],
    );
  });

  it.each<Partial<DriftEvent>>([
    { type: 'changed' },
    { type: 'renamed' },
    { type: 'act' },
    { caseKey: 'order:other' },
  ])('is nothing of %j', (silent) => {
    expect(kinds([event(silent)], null)).toEqual([]);
  });
});
