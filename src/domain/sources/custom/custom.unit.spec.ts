import fc from 'fast-check';
import { readJson } from '../json';
import { kindFor, mappingProblems } from '../registry';
import type { SourceSettings, Translation } from '../source-kind';
import { settings } from '../testing.fixture';
import { customMapping } from './mapping';

const written = {
  type: 'kind',
  key: 'no',
  revision: 'version',
  time: 'at',
  transportFields: ['messageId'],
  types: {
    order: {
      stream: 'orders',
      facts: [
        '{ "type": "sales-order", "orderNo": no, "externalRef": ref, "currency": currency, "status": status,',
        '  "modifiedAt": at, "lines": [lines.{ "lineNo": line, "sku": sku, "quantity": qty, "uom": "EA",',
        '  "unitPrice": price, "net": net, "nonStock": false }] }',
      ],
    },
    count: { key: 'sku', time: 'counted.at', facts: 'raw' },
    nothing: { facts: 'missing' },
    broken: { facts: '$error("no such thing")' },
    loop: { facts: '($f := function($n) { $f($n + 1) }; $f(0))' },
  },
};
const mapping = customMapping.parse(written);
const source: SourceSettings = { ...settings, kind: 'custom', timeZone: 'Asia/Kolkata', mapping };

const order = {
  kind: 'order',
  no: 'SO1',
  version: 3,
  at: '2026-11-20 15:10:00',
  currency: 'GBP',
  status: 'open',
  ref: '',
  messageId: 'm-1',
  lines: { line: 1, sku: 'BAG-1', qty: 1.5, price: '10.00', net: 15 },
};

const kind = kindFor(source)!;
const translate = (message: unknown): Translation => kind.translate(message, source);
const withLine = (change: object) => ({ ...order, lines: { ...order.lines, ...change } });
const raw = (fact: unknown) => ({ kind: 'count', sku: 'A', counted: { at: order.at }, raw: fact });
const count = { type: 'stock-balance', warehouse: 'UK1', sku: 'A', uom: 'EA' };

describe('a custom source', () => {
  it('reads type, key and clock where its settings say', () => {
    expect(kind.envelope(order, source)).toEqual({
      type: 'order',
      key: 'order/SO1',
      occurredAt: Date.parse('2026-11-20T09:40:00Z'),
    });
    expect(kind.envelope(raw(null), source)).toMatchObject({ key: 'count/A', type: 'count' });
    expect([kind.streamOf('order'), kind.streamOf('count'), kind.streamOf(null)]).toEqual([
      'orders',
      'count',
      'unknown',
    ]);
    expect([kind.kind, kind.transportFields, kind.orderField]).toEqual(['custom', ['messageId'], null]);
  });

  it('reads nothing of what says nothing', () => {
    for (const message of [null, 7, [], {}, { kind: {} }, { kind: ['order'] }]) {
      expect(kind.envelope(message, source)).toEqual({ type: null, key: null, occurredAt: null });
    }
    expect(kind.envelope({ kind: 'order', no: '', at: 'never' }, source)).toEqual({
      type: 'order',
      key: null,
      occurredAt: null,
    });
  });

  it('gives canonical facts in exact integers', () => {
    expect(translate(order)).toEqual({
      ok: true,
      facts: [
        {
          type: 'sales-order',
          doc: 'order/SO1',
          revision: 3,
          occurredAt: Date.parse('2026-11-20T09:40:00Z'),
          body: {
            orderNo: 'SO1',
            externalRef: null,
            channel: null,
            customer: null,
            currency: 'GBP',
            status: 'open',
            modifiedAt: Date.parse('2026-11-20T09:40:00Z'),
            paymentTerms: null,
            discountCodes: [],
            lines: [
              {
                lineNo: 1,
                sku: 'BAG-1',
                quantity: 1_500_000,
                uom: 'EA',
                unitPrice: 1000,
                net: 1500,
                tax: null,
                gross: null,
                taxCode: null,
                nonStock: false,
              },
            ],
            totals: null,
          },
        },
      ],
    });
  });

  it('gives several facts of one message, each with a name and a clock of its own', () => {
    const facts = ['A', 'B'].map((sku, index) => ({
      ...count,
      sku,
      physical: '2',
      allocated: 0,
      quarantined: '0.5',
      doc: `count/${sku}`,
      revision: index,
      occurredAt: `2026-11-2${index}T00:00:00Z`,
    }));
    expect(translate(raw(facts))).toMatchObject({
      ok: true,
      facts: [
        { doc: 'count/A', revision: 0, occurredAt: Date.UTC(2026, 10, 20), body: { physical: 2_000_000 } },
        { doc: 'count/B', revision: 1, occurredAt: Date.UTC(2026, 10, 21), body: { quarantined: 500_000 } },
      ],
    });
    expect(translate({ ...order, kind: 'nothing' })).toEqual({ ok: true, facts: [] });
  });

  it.each<[string, unknown, string | null, string]>([
    ['no object', 'text', null, 'must be a JSON object'],
    ['no type', { ...order, kind: undefined }, 'type', 'gives nothing'],
    ['no key', { ...order, no: null }, 'key', 'gives nothing'],
    ['a key that is none', { ...order, no: { is: 1 } }, 'key', 'must give text'],
    ['no time', { ...order, at: undefined }, 'time', 'gives nothing'],
    ['a time that is none', { ...order, at: 'soon' }, 'time', 'RFC 3339'],
    ['a time as a number', { ...order, at: 1_795_165_200 }, 'time', '$fromMillis'],
    ['a time before 2000', { ...order, at: '1970-01-01T00:00:00Z' }, 'time', 'clock-before-2000'],
    ['a revision that is none', { ...order, version: 'three' }, 'revision', '$number'],
    ['a negative revision', { ...order, version: -1 }, 'revision', 'non-negative'],
    [
      'a quantity that is none',
      withLine({ qty: 'two' }),
      'types.order.facts.lines[0].quantity',
      'must be a decimal',
    ],
    [
      'too fine an amount',
      withLine({ net: '10.005' }),
      'types.order.facts.lines[0].net',
      'at most 2 decimals (GBP)',
    ],
    ['a missing field', withLine({ sku: undefined }), 'types.order.facts.lines[0].sku', 'is required'],
    ['a currency that is none', { ...order, currency: 'XXX' }, 'types.order.facts.currency', 'ISO 4217'],
    [
      'no currency',
      { ...order, currency: undefined },
      'types.order.facts.lines[0].unitPrice',
      'no currency is named',
    ],
    [
      'two lines of a number',
      { ...order, lines: [order.lines, order.lines] },
      'types.order.facts.lines[1]',
      'repeats lines[0]',
    ],
    ['no fact', raw(7), 'types.count.facts', 'must be an object'],
    ['a fact without a type', raw({}), 'types.count.facts.type', 'must name a canonical fact'],
    [
      'a fact of another type',
      raw({ type: 'constructor' }),
      'types.count.facts.type',
      'must name a canonical fact',
    ],
    ['a field that no fact has', raw({ ...count, skuu: 1 }), 'types.count.facts.skuu', 'is no field'],
    [
      'the second of two',
      raw([{ ...count, physical: '1', allocated: '0', quarantined: '0' }, count]),
      'types.count.facts[1].physical',
      'is required',
    ],
    ['what the author says', { ...order, kind: 'broken' }, 'types.broken.facts', 'says: no such thing'],
    ['a loop', { ...order, kind: 'loop' }, 'types.loop.facts', 'steps deep'],
  ])('tells %s with its place', (_what, message, path, reason) => {
    const translation = translate(message);
    if (translation.ok) throw new Error('it was translated');
    expect(translation).toMatchObject({ code: 'message-invalid', path });
    expect(translation.reason).toContain(reason);
  });

  it('tells a number that no double holds, and never rounds it', () => {
    const text = JSON.stringify(withLine({ qty: '@' })).replace('"@"', '0.12345678901234567');
    expect(translate(readJson(text))).toMatchObject({
      ok: false,
      path: 'types.order.facts.lines[0].quantity',
    });
  });

  it('leaves a type without an expression unmapped', () => {
    const translation = translate({ ...order, kind: 'toString' });
    expect(translation).toMatchObject({ ok: false, code: 'message-unmapped', path: 'type' });
  });

  it('is compiled once', () => {
    expect(kindFor({ ...source })).toBe(kind);
    expect(kindFor({ ...source, mapping: structuredClone(mapping) })).not.toBe(kind);
  });
});

describe('the mapping of a custom source', () => {
  const problems = (change: object) =>
    mappingProblems({ kind: 'custom', mapping: { ...mapping, ...change } });

  it('is refused with every place and reason', () => {
    const types = { order: { facts: '{"a":\n $now()}', key: '$foo' }, count: { facts: 'a +' } };
    expect(problems({ types, time: '|$|{}|' })).toEqual([
      { place: 'mapping.time', reason: '|…|…| changes a copy: build the object that you want (character 1)' },
      { place: 'mapping.types.order.key', reason: expect.stringContaining('$foo is not defined') as string },
      {
        place: 'mapping.types.order.facts',
        reason: expect.stringMatching(/^\$now is not there: .*line 2/) as string,
      },
      { place: 'mapping.types.count.facts', reason: 'Unexpected end of expression (character 3)' },
    ]);
  });

  it('has the streams of the kind whose part it plays', () => {
    expect(problems({ plays: 'prima', types: { a: { stream: 'Invoice', facts: 'x' } } })).toEqual([]);
    expect(
      problems({ plays: 'prima', types: { a: { stream: 'Invoices', facts: 'x' }, Item: { facts: 'x' } } }),
    ).toEqual([
      {
        place: 'mapping.types.a.stream',
        reason: expect.stringContaining('Invoices is no stream of prima') as string,
      },
    ]);
    expect(problems({ plays: 'scend', types: { order: { facts: 'x' }, cat: { facts: 'x' } } })).toMatchObject(
      [{ place: 'mapping.types.cat.stream' }],
    );
  });

  it('is there for custom sources, and for no other', () => {
    expect(mappingProblems({ kind: 'custom' })).toMatchObject([{ place: 'mapping' }]);
    expect(mappingProblems({ kind: 'prima', mapping })).toMatchObject([{ place: 'mapping' }]);
    expect(mappingProblems({ kind: 'prima' })).toEqual([]);
  });

  it('that a later version refuses reads nothing, and says so', () => {
    const stale = { ...source, mapping: { ...mapping, type: '$now()' } };
    expect(kindFor(stale)!.translate(order, stale)).toMatchObject({ ok: false, code: 'message-unmapped' });
    expect(kindFor(stale)!.envelope(order, stale)).toEqual({ type: null, key: null, occurredAt: null });
  });
});

describe('whatever comes', () => {
  const messages = fc.oneof(
    fc.jsonValue(),
    fc.record({
      kind: fc.constantFrom('order', 'count', 'nothing', 'broken', 'x', 7),
      no: fc.jsonValue(),
      sku: fc.string(),
      counted: fc.jsonValue(),
      version: fc.jsonValue(),
      at: fc.oneof(fc.constant(order.at), fc.jsonValue()),
      currency: fc.oneof(fc.constantFrom('GBP', 'JPY'), fc.jsonValue()),
      raw: fc.oneof(
        fc.jsonValue(),
        fc.record({ type: fc.constant('item'), sku: fc.jsonValue(), uoms: fc.jsonValue() }),
      ),
      lines: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ line: fc.nat(), qty: fc.jsonValue(), net: fc.jsonValue() })),
      ),
    }),
  );

  it('is translated or told apart, and twice the same', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const text = JSON.stringify(message);
        const [first, second] = [translate(readJson(text)), translate(readJson(text))];
        expect(second).toEqual(first);
        if (!first.ok) expect(first.reason).not.toBe('');
        expect(kind.envelope(readJson(text), source)).toEqual(kind.envelope(readJson(text), source));
      }),
      { numRuns: 500 },
    );
  });

  it('however deep', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as object;
    expect(translate({ ...order, deep })).toMatchObject({ ok: false, reason: 'is nested too deeply' });
  });
});
