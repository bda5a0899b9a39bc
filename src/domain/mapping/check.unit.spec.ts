import fc from 'fast-check';
import { checkedMapping, checkedTable } from './check';
import { DocumentRefused } from '../refused';
import { emptyMapping, tableNames } from './tables';

const sources = [
  { name: 'prima', timeZone: 'Europe/London' },
  { name: 'scend', timeZone: 'Europe/Berlin' },
];

function problems(document: unknown) {
  try {
    checkedMapping(document, sources);
  } catch (error) {
    if (error instanceof DocumentRefused)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const alias = (from: string, to: string, over: object = {}) => ({ from, to, ...over });
const kit = (sku: string, parts: string[], over: object = {}) => ({
  sku,
  components: parts.map((part) => ({ sku: part, quantity: '1' })),
  explodeAt: 'warehouse',
  ...over,
});

describe('a mapping is refused, with the place and the remedy, for', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'an unknown table',
      { 'sku-alias': [] },
      /^: no table is named sku-alias; the tables are sku-aliases, units/,
    ],
    ['what is no object', [], /^: must be an object of tables/],
    ['a table that is no list', { units: {} }, /^units: must be a list of entries/],
    ['a missing field', { 'sku-aliases': [{ from: 'A' }] }, /^sku-aliases\[0\]\.to: is required/],
    [
      'a mistyped field',
      { 'sku-aliases': [alias('A', 'B', { form: 'A' })] },
      /unknown field form; the fields are source, from, to/,
    ],
    [
      'a number for a SKU',
      { 'sku-aliases': [{ from: 563843898, to: 'A' }] },
      /from: must be text: put it in quotes/,
    ],
    ['an empty SKU', { 'sku-aliases': [alias('', 'A')] }, /from: must not be empty/],
    [
      'a SKU that cannot be printed',
      { 'sku-aliases': [alias('A\u0000', 'A')] },
      /from: must be printable text/,
    ],
    [
      'a unit that is none',
      { units: [{ from: 'PCK', to: 'EACH' }] },
      /^units\[0\]\.to: EACH is no unit; they are: EA,/,
    ],
    [
      'a zero factor',
      { units: [{ from: 'PCK', to: 'EA', factor: '0.0' }] },
      /factor: must be more than zero/,
    ],
    [
      'a negative factor',
      { units: [{ from: 'PCK', to: 'EA', factor: '-6' }] },
      /factor: must be more than zero/,
    ],
    [
      'a factor of more than 15 digits',
      { units: [{ from: 'P', to: 'EA', factor: '1234567890123456' }] },
      /at most 15 digits/,
    ],
    [
      'a factor of more than 6 decimals',
      { units: [{ from: 'P', to: 'EA', factor: '0.1234567' }] },
      /6 of them after/,
    ],
    [
      'a factor as a number',
      { units: [{ from: 'P', to: 'EA', factor: 6 }] },
      /factor: must be text: put it in quotes/,
    ],
    [
      'a stock status that is none',
      { 'stock-status': [alias('OK', 'free')] },
      /free is no stock status; they are: available/,
    ],
    [
      'a label of no document',
      { 'status-labels': [alias('A', 'B', { of: 'order' })] },
      /of: must be one of sales-order/,
    ],
    [
      'a status that the document has not',
      { 'status-labels': [alias('Done', 'shiped', { of: 'fulfilment' })] },
      /to: shiped is no status of fulfilment; they are: picked/,
    ],
    ['neither SKU nor pattern', { 'non-stock': [{}] }, /must have either sku or pattern/],
    ['SKU and pattern', { 'non-stock': [{ sku: 'A', pattern: 'A*' }] }, /must have either sku or pattern/],
    [
      'more patterns than are tried on every line',
      { 'non-stock': Array.from({ length: 101 }, (_, i) => ({ pattern: `A${i}*` })) },
      /^non-stock: must have at most 100 patterns/,
    ],
    [
      'a date that is none',
      { 'sku-aliases': [alias('A', 'B', { validFrom: '2026-02-30' })] },
      /validFrom: must be a date/,
    ],
    [
      'an end that is not after its beginning',
      { 'sku-aliases': [alias('A', 'B', { validFrom: '2026-03-01', validTo: '2026-03-01' })] },
      /^sku-aliases\[0\]\.validTo: must be later than validFrom/,
    ],
    [
      'a source that does not exist',
      { 'tax-codes': [alias('A', 'B', { source: 'plytix' })] },
      /^tax-codes\[0\]\.source: no source is named plytix; there are: prima, scend/,
    ],
    ['a kit of nothing', { bundles: [kit('K', [])] }, /^bundles\[0\]\.components: must name at least one/],
    [
      'a kit with a SKU twice',
      { bundles: [kit('K', ['A', 'A'])] },
      /^bundles\[0\]\.components: names a SKU twice/,
    ],
    [
      'a kit with none of a component',
      { bundles: [kit('K', [], { components: [{ sku: 'A', quantity: '0' }] })] },
      /^bundles\[0\]\.components\[0\]\.quantity: must be more than zero/,
    ],
    [
      'a kit that is taken apart nowhere',
      { bundles: [kit('K', ['A'], { explodeAt: 'home' })] },
      /^bundles\[0\]\.explodeAt: must be order or warehouse/,
    ],
    [
      'a kit of a source',
      { bundles: [kit('K', ['A'], { source: 'prima' })] },
      /^bundles\[0\]: unknown field source; the fields are sku, components/,
    ],
    [
      'two meanings of a kit at one time',
      { bundles: [kit('K', ['A'], { validTo: '2026-03-02' }), kit('K', ['B'], { validFrom: '2026-03-01' })] },
      /^bundles\[1\]: holds at the same time as bundles\[0\]/,
    ],
    [
      'a kit in itself',
      { bundles: [kit('K', ['A', 'K'])] },
      /^bundles\[0\]: makes a kit contain itself: K → K; take one/,
    ],
    [
      'kits in each other, whatever the dates',
      { bundles: [kit('K', ['L'], { validTo: '2026-01-01' }), kit('L', ['K'], { validFrom: '2026-01-01' })] },
      /^bundles\[1\]: makes a kit contain itself: K → L → K/,
    ],
    [
      'a kit in itself by an alias of a component',
      { bundles: [kit('K', ['A'])], 'sku-aliases': [alias('A', 'B'), alias('B', 'K')] },
      /makes a kit contain itself: .*A → B → K|makes a kit contain itself: .*B → K → A/,
    ],
    [
      'a kit in itself by its own alias',
      { bundles: [kit('OLD', ['K'])], 'sku-aliases': [alias('OLD', 'K', { source: 'scend' })] },
      /^bundles\[0\]: makes a kit contain itself: .*K → K/,
    ],
    [
      'two campaigns of one code at one time',
      { 'discount-codes': [alias('TEN', 'A'), alias('TEN', 'B')] },
      /^discount-codes\[1\]: holds at the same time as/,
    ],
    ['an alias of itself', { 'sku-aliases': [alias('A', 'A')] }, /^sku-aliases\[0\]: closes a circle: A → A/],
    [
      'aliases in a circle',
      { 'sku-aliases': [alias('A', 'B'), alias('B', 'C'), alias('C', 'A')] },
      /^sku-aliases\[2\]: closes a circle: A → B → C → A/,
    ],
    [
      'a circle through dates',
      {
        'sku-aliases': [
          alias('A', 'B', { validTo: '2026-03-01' }),
          alias('B', 'A', { validFrom: '2026-03-01' }),
        ],
      },
      /closes a circle: A → B → A/,
    ],
    [
      'a circle through an entry for all sources',
      { 'sku-aliases': [alias('A', 'B'), alias('B', 'A', { source: 'scend' })] },
      /closes a circle: /,
    ],
    [
      'links in a circle',
      { 'customer-links': [alias('A', 'B'), alias('B', 'A')] },
      /^customer-links\[1\]: closes a circle/,
    ],
    [
      'two meanings at one time',
      {
        'sku-aliases': [
          alias('A', 'B', { validTo: '2026-03-02' }),
          alias('A', 'C', { validFrom: '2026-03-01' }),
        ],
      },
      /^sku-aliases\[1\]: holds at the same time as sku-aliases\[0\]/,
    ],
    [
      'two meanings of which one lies inside the other',
      {
        'reason-codes': [
          alias('A', 'B', { validFrom: '2026-01-01', validTo: '2027-01-01' }),
          alias('A', 'C', { validFrom: '2026-02-01', validTo: '2026-02-02' }),
          alias('A', 'D', { validFrom: '2026-06-01' }),
        ],
      },
      /^reason-codes\[1\].*\n?/,
    ],
    [
      'a unit twice, in other letters',
      {
        units: [
          { from: 'pck', to: 'EA' },
          { from: 'PCK', to: 'PACK' },
        ],
      },
      /^units\[1\]: holds at the same time/,
    ],
    [
      'one SKU twice',
      { 'non-stock': [{ sku: 'A' }, { sku: 'A' }] },
      /^non-stock\[1\]: holds at the same time/,
    ],
    [
      'a customer of two accounts',
      { 'customer-links': [alias('7', 'C1'), alias('7', 'C2')] },
      /^customer-links\[1\]: is ambiguous: customer-links\[0\] links the same customer/,
    ],
    [
      'an account of two customers',
      { 'customer-links': [alias('7', 'C1'), alias('8', 'C1', { merge: true })] },
      /^customer-links\[1\]\.to: is ambiguous: .* merge: true/,
    ],
  ])('%s', (_, document, why) => {
    const found = problems(document);
    expect(found[0]).toMatch(why);
  });
});

describe('a mapping may have', () => {
  it.each<[string, unknown]>([
    ['nothing', {}],
    ['no document at all', null],
    ['a SKU that was renamed twice', { 'sku-aliases': [alias('A', 'B'), alias('B', 'C')] }],
    [
      'one code with two meanings, one after the other',
      {
        'sku-aliases': [
          alias('A', 'B', { validTo: '2026-03-01' }),
          alias('A', 'C', { validFrom: '2026-03-01' }),
        ],
      },
    ],
    [
      'an entry for one source beside one for all',
      { 'tax-codes': [alias('A', 'B'), alias('A', 'C', { source: 'prima' })] },
    ],
    [
      "a wall clock of the source's zone",
      {
        'sku-aliases': [
          alias('A', 'B', { source: 'scend', validTo: '2026-03-01' }),
          alias('A', 'C', { source: 'scend', validFrom: '2026-02-28T23:00:00Z' }),
        ],
      },
    ],
    [
      'customers that are one, and say so',
      { 'customer-links': [alias('7', 'C1', { merge: true }), alias('8', 'C1', { merge: true })] },
    ],
    [
      'a unit for one SKU beside one for all',
      {
        units: [
          { from: 'PCK', to: 'EA', factor: '6' },
          { from: 'PCK', to: 'EA', factor: '12', sku: 'A' },
        ],
      },
    ],
  ])('%s', (_, document) => {
    expect(problems(document)).toEqual([]);
  });

  it('what is not said as it is by default', () => {
    expect(checkedMapping({}, [])).toEqual(emptyMapping);
    expect(checkedTable('units', [{ from: 'PCK', to: 'PACK' }], [])).toEqual([
      { from: 'PCK', to: 'PACK', factor: '1' },
    ]);
  });
});

it('tells at most 20 problems, and how many more there are', () => {
  const found = () => checkedMapping({ 'sku-aliases': Array.from({ length: 30 }, () => ({})) }, sources);
  expect(found).toThrow(/and 40 more$/);
  expect(problems({ 'sku-aliases': Array.from({ length: 30 }, () => ({})) })).toHaveLength(20);
});

describe('whatever is written', () => {
  const word = fc.constantFrom<unknown>('A', 'B', 'C', 'EA', 'PCK', 'available', '', 7, null);
  const when = fc.option(fc.constantFrom('2026-01-01', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00', 'x'), {
    nil: undefined,
  });
  const entry = fc.record(
    {
      source: fc.constantFrom('prima', 'scend', 'nobody'),
      of: fc.constantFrom('item', 'order'),
      from: word,
      to: word,
      sku: word,
      pattern: word,
      factor: fc.constantFrom('1', '0.5', '0', 'x'),
      merge: fc.boolean(),
      validFrom: when,
      validTo: when,
    },
    { requiredKeys: [] },
  );
  const written = fc.oneof(
    fc.dictionary(fc.constantFrom(...tableNames), fc.array(entry, { maxLength: 6 })),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.jsonValue(),
  );

  it('is taken or refused by name, with a place', () => {
    fc.assert(
      fc.property(written, (document) => {
        try {
          expect(Object.keys(checkedMapping(document, sources))).toEqual(tableNames);
        } catch (error) {
          expect(error).toBeInstanceOf(DocumentRefused);
          expect((error as DocumentRefused).problems.every(({ message }) => message !== '')).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('kits and aliases', () => {
  it('of two sources that mean different things by one word are no circle', () => {
    const aliases = [alias('A', 'K', { source: 'prima' }), alias('K', 'L', { source: 'scend' })];
    expect(problems({ bundles: [kit('L', ['A'])], 'sku-aliases': aliases })).toEqual([]);
  });

  it('are looked at together where one of them is drafted beside the other', () => {
    const bundles = checkedTable('bundles', [kit('K', ['A'])], sources);
    expect(() => checkedTable('sku-aliases', [alias('A', 'K')], sources, { bundles })).toThrow(
      /makes a kit contain itself/,
    );
    expect(checkedTable('sku-aliases', [alias('A', 'B')], sources, { bundles })).toHaveLength(1);
  });
});
