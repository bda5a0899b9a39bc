import fc from 'fast-check';
import { z } from 'zod';
import { fitsOf } from './fits';
import * as native from './native';
import { nativeKinds } from './native-kinds';

const schema = z.object({
  code: native.code,
  kind: z.enum(['a', 'b']),
  type: z.literal('x'),
  flag: native.optionalFlag,
  count: native.count,
  lines: z.array(z.object({ sku: native.code, net: native.decimal, text: native.optionalText })),
  money: native.money,
});

const leaf = fc.oneof(
  fc.constantFrom('a', 'x', '', 'text'),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: arbitrary }, { weight: 1, arbitrary: leaf });
const line = fc.record(
  { sku: sometimes(fc.string()), net: leaf, text: sometimes(fc.string()) },
  { requiredKeys: [] },
);
const message = fc.record(
  {
    code: sometimes(fc.string()),
    kind: sometimes(fc.constantFrom('a', 'b')),
    type: sometimes(fc.constant('x')),
    flag: sometimes(fc.boolean()),
    count: sometimes(fc.integer()),
    lines: sometimes(fc.array(sometimes(line))),
    money: sometimes(fc.record({ amount: leaf, currency: sometimes(fc.string()) }, { requiredKeys: [] })),
    more: leaf,
  },
  { requiredKeys: ['code', 'kind', 'type', 'lines'] },
);

describe('fitting a schema', () => {
  it('is what zod says, of whatever comes', () => {
    const fits = fitsOf(schema);
    fc.assert(
      fc.property(sometimes(message), (value) => {
        expect(fits?.(value)).toBe(schema.safeParse(value).success);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is known of every native schema but the one with a check of its own', () => {
    const unknown = nativeKinds.flatMap(({ messages }) =>
      messages.filter((each) => fitsOf(each.schema) === null).map(({ type }) => type),
    );
    expect(unknown).toEqual(['stock.level']);
  });

  it('is left to zod where a schema asks for more than types', () => {
    expect(fitsOf(z.object({ id: z.string().min(1) }))).toBeNull();
    expect(fitsOf(z.array(z.union([z.string(), z.number()])))).toBeNull();
    expect(fitsOf(z.strictObject({}))).toBeNull();
    expect(fitsOf(z.number().int())).toBeNull();
  });
});
