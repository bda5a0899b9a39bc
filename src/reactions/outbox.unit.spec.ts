import type { CaseRecord, DriftEvent, DriftRecord } from '../projections/engine/records';
import { outboxRows } from './outbox';

const finding = {
  subject: { kind: 'order', id: 'SC-1' },
  discriminator: '',
  sides: [],
  cause: { code: 'c', detail: 'd' },
  amountAtRisk: null,
  unitsAtRisk: null,
  divergence: null,
};
const drift = (over: Partial<DriftRecord> = {}) =>
  ({
    id: 'new',
    anchor: 'a',
    detector: 'x',
    severity: 'high',
    occurrence: 1,
    openedBy: 5,
    aliases: [],
    finding,
    ...over,
  }) as unknown as DriftRecord;
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
const rows = (events: Partial<DriftEvent>[], record = drift()) => {
  const cases = new Map([['order:SO1', { drifts: new Map([['a', record]]) } as unknown as CaseRecord]]);
  return outboxRows(events.map(event), cases).map(({ idempotency_key, opened_keys }) => [
    idempotency_key,
    ...opened_keys,
  ]);
};

describe('outboxRows', () => {
  it('has one key a transition of what one fact has opened, whatever number of occurrence it has', () => {
    const [first] = rows([{}]);
    const [same] = rows([{ type: 'reopened', detail: 'was consequence' }]);
    const [later] = rows([{ type: 'reopened', occurrence: 2 }], drift({ openedBy: 6 }));
    // Opened in another history, after a promotion that had closed it.
    const [anew] = rows([{}], drift({ openedBy: 6 }));
    expect([first, same, later, anew].map((row) => row?.[0])).toEqual([
      'new@5/drift.opened',
      'new@5/drift.opened',
      'new@6/drift.opened',
      'new@6/drift.opened',
    ]);
  });

  it('tells again what was accepted and changed, and not what was only a consequence meanwhile', () => {
    const keys = rows([
      { type: 'reopened', detail: 'was accepted' },
      { type: 'reopened', detail: 'was consequence' },
    ]).map(([key]) => key);
    expect(keys).toEqual(['new@5/drift.opened/7', 'new@5/drift.opened']);
  });

  it('looks for the beginning of what has ended under every name that it had', () => {
    const ended = rows([{ type: 'resolved', status: 'resolved' }], drift({ aliases: ['old'] }));
    const [row] = ended;
    expect(row).toEqual([
      'new@5/drift.resolved',
      'new@5/drift.opened',
      'new/1/drift.opened',
      'old@5/drift.opened',
      'old/1/drift.opened',
    ]);
  });

  it.each<Partial<DriftEvent>>([
    { status: 'consequence' },
    { status: 'accepted' },
    { type: 'changed' },
    { type: 'renamed' },
    { type: 'accepted', status: 'accepted' },
    { type: 'consequence', status: 'consequence' },
    { type: 'act' },
    { caseKey: 'order:other' },
  ])('tells nobody of %j', (silent) => {
    expect(rows([silent])).toEqual([]);
  });
});
