import fc from 'fast-check';
import { parseDecimal } from '../exact';
import { zoneOffset } from '../sources/zone';
import { checkedMapping } from './check';
import { type Dated, spanOf } from './dates';
import { Mappings } from './mappings';
import { DocumentRefused } from '../refused';
import { type MappingDocument, emptyMapping } from './tables';

const prima = { name: 'prima', timeZone: 'Europe/London' };
const scend = { name: 'scend', timeZone: 'America/New_York' };
const sources = [prima, scend];
const day = (text: string) => Date.parse(`2026-${text}T12:00:00Z`);

const compiled = (document: Partial<Record<keyof MappingDocument, unknown>>, source = prima) => {
  const found = new Mappings(checkedMapping(document, sources)).of(source);
  if (found === null) throw new Error('nothing is said of the source');
  return found;
};

describe('a lookup', () => {
  it('holds from its beginning on and no longer at its end, by the clock of the source', () => {
    const table = [{ from: 'A', to: 'B', validFrom: '2026-07-01', validTo: '2026-07-02T00:00:00' }];
    const midnight = Date.parse('2026-06-30T23:00:00Z');
    const map = compiled({ 'sku-aliases': table });
    expect(
      [midnight - 1, midnight, midnight + 86_399_999, midnight + 86_400_000].map((at) => map.sku('A', at)),
    ).toEqual(['A', 'B', 'B', 'A']);
    const later = compiled({ 'sku-aliases': table }, scend);
    expect(later.sku('A', midnight)).toBe('A');
    expect(later.sku('A', midnight + 5 * 3_600_000)).toBe('B');
  });

  it("follows a SKU that was renamed twice, and takes the source's own entry before one for all", () => {
    const document = {
      'sku-aliases': [
        { from: 'A', to: 'B' },
        { from: 'B', to: 'C' },
        { source: 'scend', from: 'A', to: 'D', validTo: '2026-03-01' },
      ],
    };
    expect(compiled(document).sku('A', day('01-01'))).toBe('C');
    expect(compiled(document, scend).sku('A', day('01-01'))).toBe('D');
    expect(compiled(document, scend).sku('A', day('04-01'))).toBe('C');
  });

  it('of a unit knows no case, and takes what is said of the SKU first', () => {
    const map = compiled({
      units: [
        { from: 'pck', to: 'EA', factor: '6' },
        { from: 'PCK', to: 'EA', factor: '12', sku: 'BAG', validFrom: '2026-03-01' },
      ],
    });
    expect(map.unit('BAG', 'Pck', day('01-01'))).toEqual({ to: 'EA', factor: 6_000_000 });
    expect(map.unit('BAG', 'PCK', day('04-01'))).toEqual({ to: 'EA', factor: 12_000_000 });
    expect(map.unit('BAG', 'EA', day('04-01'))).toBeUndefined();
  });

  it.each([
    ['SERVICE-*', 'SERVICE-12', true],
    ['SERVICE-*', 'SERVICE', false],
    ['*-FEE', 'PACK-FEE', true],
    ['*-FEE', '-FEES', false],
    ['A*B*C', 'AxBxC', true],
    ['A*B*C', 'ABC', true],
    ['A*B*C', 'AC', false],
    ['AB*BA', 'ABA', false],
    ['*', 'anything', true],
    ['PLAIN', 'PLAIN', true],
    ['PLAIN', 'PLAINER', false],
    ['a.c*', 'abc', false],
  ])('pattern %s of what never ships, on %s: %s', (pattern, sku, never) => {
    const map = compiled({ 'non-stock': [{ pattern, validFrom: '2026-03-01' }, { sku: 'WARRANTY' }] });
    expect(map.neverShips(sku, day('04-01'))).toBe(never);
    expect(map.neverShips(sku, day('01-01'))).toBe(false);
    expect(map.neverShips('WARRANTY', day('01-01'))).toBe(true);
  });

  it('is not there for a source of which nothing is said, and made anew for one that is configured anew', () => {
    const only = new Mappings(
      checkedMapping(
        { 'sku-aliases': [{ source: 'scend', from: 'A', to: 'B', validFrom: '2026-07-01' }] },
        sources,
      ),
    );
    expect(new Mappings(emptyMapping).of(prima)).toBeNull();
    expect(only.of(prima)).toBeNull();
    expect(only.of(scend)).toBe(only.of(scend));
    const midnight = Date.parse('2026-07-01T00:00:00Z');
    expect(only.of(scend)?.sku('A', midnight)).toBe('A');
    expect(only.of({ ...scend, timeZone: 'UTC' })?.sku('A', midnight)).toBe('B');
  });
});

describe('compiled', () => {
  const word = fc.constantFrom('A', 'B', 'C', 'D');
  const bounds = [
    undefined,
    '2026-01-01',
    '2026-02-01',
    '2026-03-01T06:00:00Z',
    '2026-04-01T00:00:00',
    undefined,
  ];
  const spans = bounds.flatMap((validFrom, from) =>
    bounds.slice(from + 1).map((validTo) => ({ validFrom, validTo })),
  );
  const instant = fc.integer({ min: day('01-01') - 86_400_000, max: day('05-01') });
  // What holds always is found in another way, and a table of nothing else in a third.
  const spansOf = fc.constantFrom(spans, [{ validFrom: undefined, validTo: undefined }]);
  const entry = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc
      .tuple(
        spansOf.chain((some) => fc.constantFrom(...some)),
        fc.option(fc.constantFrom('prima', 'scend'), { nil: undefined }),
        fc.record<T>(shape),
      )
      .map(([span, source, rest]) => ({ ...rest, ...span, source }));
  const documents = fc.record({
    'sku-aliases': fc.array(entry({ from: word, to: word }), { maxLength: 3 }),
    'tax-codes': fc.array(entry({ from: word, to: word }), { maxLength: 4 }),
    units: fc.array(
      entry({
        from: fc.constantFrom('pck', 'PCK', 'CS'),
        to: fc.constantFrom('EA', 'CASE'),
        factor: fc.constantFrom('1', '6', '0.5'),
        sku: fc.option(word, { nil: undefined }),
      }),
      { maxLength: 4 },
    ),
  });

  it('it answers what a search through all entries answers', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        documents,
        fc.constantFrom(prima, scend),
        fc.array(fc.tuple(word, instant), { minLength: 1, maxLength: 5 }),
        (document, source, asked) => {
          let mapping: MappingDocument;
          try {
            mapping = checkedMapping(document, sources);
          } catch (error) {
            expect(error).toBeInstanceOf(DocumentRefused);
            return;
          }
          taken++;
          const map = new Mappings(mapping).of(source);
          const zone = zoneOffset(source.timeZone);
          for (const [name, at] of asked) {
            const search = <E extends Dated>(
              entries: readonly E[],
              fits: (entry: E) => boolean,
            ): E | undefined => {
              const holding = entries.filter((entry) => {
                const { from, to } = spanOf(entry, zone);
                return fits(entry) && from <= at && at < to;
              });
              return (
                holding.find((entry) => entry.source === source.name) ??
                holding.find((entry) => entry.source === undefined)
              );
            };
            let sku: string = name;
            for (;;) {
              const alias = search(mapping['sku-aliases'], ({ from }) => from === sku);
              if (!alias) break;
              sku = alias.to;
            }
            expect(map?.sku(name, at) ?? name).toBe(sku);
            expect(map?.taxCode(name, at) ?? name).toBe(
              search(mapping['tax-codes'], ({ from }) => from === name)?.to ?? name,
            );
            const same = (from: string) => from.toUpperCase() === 'PCK';
            const unit =
              search(mapping.units, (each) => each.sku === name && same(each.from)) ??
              search(mapping.units, (each) => each.sku === undefined && same(each.from));
            expect(map?.unit(name, 'pck', at)).toEqual(
              unit && { to: unit.to, factor: parseDecimal(unit.factor, 6) },
            );
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
  });
});
