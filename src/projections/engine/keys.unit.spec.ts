import fc from 'fast-check';
import { inOrder } from './keys';

it('positions are put in order, few or many', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 200 }), (positions) => {
      const sorted = positions.slice();
      inOrder(sorted);
      for (let i = 1; i < sorted.length; i++)
        expect(sorted[i]).toBeGreaterThanOrEqual(sorted[i - 1] as number);
      for (const position of new Set([...positions, ...sorted]))
        expect(sorted.filter((each) => each === position)).toHaveLength(
          positions.filter((each) => each === position).length,
        );
    }),
  );
});
