import fc from 'fast-check';
import type { StockShare } from '../../domain/cases/order';
import type { Told } from '../engine/records';
import { packTold, unpackTold } from './told-wire';

const move = { fact: fc.nat(), at: fc.maxSafeInteger(), quantity: fc.maxSafeInteger() };
const share: fc.Arbitrary<StockShare> = fc.record({
  dispatched: fc.array(fc.record(move)),
  posted: fc.array(fc.record({ ...move, uom: fc.string() })),
  returned: fc.array(
    fc.record({
      key: fc.string(),
      ...move,
      toStatus: fc.option(fc.string(), { nil: null }),
      ref: fc.string(),
    }),
  ),
});
const told: fc.Arbitrary<Told> = fc
  .record({
    from: fc.string(),
    target: fc.string(),
    value: fc.option(share, { nil: null }),
    known: fc.boolean(),
  })
  .map((each) => {
    const { dispatched = [], posted = [], returned = [] } = each.value ?? {};
    return { ...each, facts: [...dispatched, ...posted, ...returned].map(({ fact }) => fact) };
  });

it('what an order tells arrives in another thread as it was told', () => {
  fc.assert(
    fc.property(told, (each) => {
      const crossed = JSON.parse(JSON.stringify(packTold(each))) as ReturnType<typeof packTold>;
      expect(unpackTold(crossed)).toEqual(each);
    }),
  );
});
