import { tallystick } from '.';
import { settings } from '../testing.fixture';
import {
  type DraftMessage,
  type DriftAct,
  readOwnMessage,
  writeDraft,
  writeDriftAct,
  writeSourceConfigured,
  writeTick,
} from './messages';

const at = Date.parse('2026-11-20T09:40:00.123Z');
const act: DriftAct = {
  type: 'drift.assigned',
  id: 'a-1',
  drift: 'd1',
  caseKey: 'order:SO1',
  anchor: 'order-not-in-warehouse',
  occurrence: 2,
  valuesHash: 'abc',
  actor: 'local:unverified',
  at,
  comment: null,
  assignee: 'ada',
  until: null,
};
const drafted: DraftMessage = {
  type: 'mapping.drafted',
  id: 'sku-aliases/3',
  version: 3,
  table: 'sku-aliases',
  entries: [{ from: 'A', to: 'B' }],
  actor: 'ada',
  at,
  reason: 'renamed in March',
};
const { table: _table, entries: _entries, ...rest } = drafted;
const policyDrafted: DraftMessage = { ...rest, type: 'policy.drafted', policy: {}, reason: null };
const source = {
  name: 'prima-uk',
  kind: 'prima',
  timeZone: 'Europe/London',
  legalEntity: 'UK Ltd',
  startsAt: at,
  expectedIntervalSeconds: 3600,
};

describe('our own facts', () => {
  it.each([
    ['a tick', writeTick({ id: 't-1', at }), { type: 'tick', key: 't-1' }, { type: 'tick', id: 't-1', at }],
    [
      'a configured source',
      writeSourceConfigured(source, at),
      { type: 'source.configured', key: 'prima-uk' },
      { type: 'source.configured', at, ...source },
    ],
    ['an act', writeDriftAct(act), { type: 'drift.assigned', key: 'a-1' }, act],
    [
      'an act with a comment',
      writeDriftAct({ ...act, type: 'drift.commented', comment: 'x', assignee: null }),
      { type: 'drift.commented', key: 'a-1' },
      { ...act, type: 'drift.commented', comment: 'x', assignee: null },
    ],
    ['a draft of a mapping', writeDraft(drafted), { type: 'mapping.drafted', key: 'sku-aliases/3' }, drafted],
    [
      'a draft of a policy',
      writeDraft(policyDrafted),
      { type: 'policy.drafted', key: 'sku-aliases/3' },
      policyDrafted,
    ],
  ])('reads back %s, and translates it into nothing', (_what, text, envelope, own) => {
    const message: unknown = JSON.parse(text);
    expect(readOwnMessage(message)).toEqual(own);
    expect(tallystick.envelope(message, settings)).toEqual({ ...envelope, occurredAt: at });
    expect(tallystick.translate(message, settings)).toEqual({ ok: true, facts: [] });
  });

  it('leaves what is not said unsaid', () => {
    const { expectedIntervalSeconds: _unsaid, ...rest } = { ...source, startsAt: null };
    const own = readOwnMessage(JSON.parse(writeSourceConfigured(rest, at)));
    expect(own).toMatchObject({ startsAt: null, expectedIntervalSeconds: null });
  });

  it('does not take what it never wrote', () => {
    for (const message of [
      null,
      [],
      {},
      { type: 'tick' },
      { type: 'drift.accepted', id: 'a' },
      { type: 'other' },
    ]) {
      expect(readOwnMessage(message)).toBeNull();
      expect(tallystick.envelope(message, settings)).toEqual({ type: null, key: null, occurredAt: null });
      expect(tallystick.translate(message, settings)).toMatchObject({ ok: false, code: 'message-invalid' });
    }
  });
});
