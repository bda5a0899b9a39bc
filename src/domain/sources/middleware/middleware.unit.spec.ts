import { middleware } from '.';
import { middlewareExamples as examples } from '../examples';
import { altered, factsOf, settings } from '../testing.fixture';

const at = Date.parse;
const transfer = { from: 'scayle', to: 'prima', entity: 'order', ref: 'SC-100904' };

const expected: [string, string, string, string, object][] = [
  [
    'sync.failed',
    'm-1',
    'transmission',
    '2026-11-20T09:41:00Z',
    {
      outcome: 'failed',
      ...transfer,
      errorCode: 'UNKNOWN_SKU',
      errorMessage: 'item not on file: WARRANTY-2Y',
      attempt: 3,
    },
  ],
  [
    'sync.succeeded',
    'm-2',
    'transmission',
    '2026-11-20T09:59:00Z',
    { outcome: 'succeeded', ...transfer, errorCode: null, errorMessage: null, attempt: 4 },
  ],
  [
    'feed.heartbeat',
    'm-3',
    'heartbeat',
    '2026-11-20T09:59:30Z',
    { source: 'scend', stream: 'stock', at: at('2026-11-20T10:00:00Z'), rowCount: 412, lastSequence: 8813 },
  ],
  [
    'bulk.completed',
    'm-4',
    'bulk-completed',
    '2026-11-20T10:00:00Z',
    { from: 'plytix', to: 'prima', job: 'J-7', skus: ['BAG-10157', 'BAG-10158'], throttled: true },
  ],
];

describe('middleware', () => {
  it('has an expectation for every example and a mapping for every message', () => {
    const names = expected.map(([type]) => type);
    expect(names).toEqual(Object.keys(examples));
    expect(names).toEqual(middleware.messages.map(({ type }) => type));
  });

  it.each(expected)('translates %s', (name, key, type, clock, body) => {
    const text = examples[name]!;
    expect(factsOf(middleware, text)).toEqual([{ type, doc: key, revision: 0, occurredAt: at(clock), body }]);
    expect(middleware.envelope(JSON.parse(text), settings)).toEqual({
      type: name,
      key,
      occurredAt: at(clock),
    });
  });

  it('lets a heartbeat speak for the whole source, and say neither count nor sequence', () => {
    let text = examples['feed.heartbeat'];
    for (const field of ['stream', 'row_count', 'last_sequence']) text = altered(text, field, undefined);
    expect(factsOf(middleware, text)[0]?.body).toMatchObject({
      stream: null,
      rowCount: null,
      lastSequence: null,
    });
  });
});
