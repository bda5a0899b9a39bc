import fc from 'fast-check';
import { readJson } from '../domain/sources/json';
import { middleware } from '../domain/sources/middleware';
import { scend } from '../domain/sources/scend';
import type { SourceKind } from '../domain/sources/source-kind';
import { proposer } from './proposals';

const settings = { name: 'scend', kind: 'scend', timeZone: 'UTC', legalEntity: 'ACME', startsAt: null };
const propose = (text: string, name = 'scend', kind: SourceKind = scend) =>
  proposer({ ...settings, name }, kind, 'tester').message(text, readJson(text) as object);
const event = (id: string, more = '') =>
  `{"event_id":${JSON.stringify(id)},"event_type":"order.cancelled","occurred_at":"2026-11-20T10:50:00Z"${more}}`;

it('gives the same message of the same source the same identity, and any other another', () => {
  const identity = propose(event('evt-1')).identity;
  expect(identity).toHaveLength(32);
  expect(propose(event('evt-1')).identity).toEqual(identity);
  const others = [
    propose(event('evt-2')),
    propose(event('evt-1', ',"reason":"x"')),
    propose(event('evt-1'), 'scend-2'),
    proposer(settings, scend, 'tester').unreadable(event('evt-1')),
  ];
  for (const other of others) expect(other.identity).not.toEqual(identity);
});

it('does not mistake a part of one name for a part of the next', () => {
  const kind: SourceKind = {
    ...middleware,
    envelope: (message) => ({ type: null, key: (message as { key: string | null }).key, occurredAt: null }),
  };
  const keys = fc.option(fc.string({ maxLength: 3, unit: fc.constantFrom('+', '-', 'a', '{') }));
  fc.assert(
    fc.property(
      keys,
      keys,
      fc.constantFrom('a', 'a-', 'b'),
      fc.constantFrom('a', 'a-', 'b'),
      (left, right, nameA, nameB) => {
        const a = propose(JSON.stringify({ key: left }), nameA, kind);
        const b = propose(JSON.stringify({ key: right }), nameB, kind);
        expect(a.identity.equals(b.identity)).toBe(left === right && nameA === nameB);
      },
    ),
  );
});

it('reads the envelope, and leaves out what the ledger could not keep', () => {
  expect(propose(event('evt-1'))).toMatchObject({
    source: 'scend',
    type: 'order.cancelled',
    key: 'evt-1',
    occurredAt: Date.parse('2026-11-20T10:50:00Z'),
    actor: 'tester',
  });
  const bad: SourceKind = {
    ...scend,
    envelope: () => ({ type: 'a\u0000', key: 'k'.repeat(501), occurredAt: Number.MAX_SAFE_INTEGER }),
  };
  expect(propose('{}', 'scend', bad)).toMatchObject({ type: null, key: null, occurredAt: null });
});

it('keeps what is not text as bytes', () => {
  const { unreadable } = proposer(settings, scend, 'tester');
  expect(unreadable('broken').payload).toBe('broken');
  expect(unreadable('a\0b').payload).toEqual(Buffer.from('a\0b'));
  expect(unreadable(Buffer.from([0xff])).payload).toEqual(Buffer.from([0xff]));
});
