import fc from 'fast-check';
import { Unreadable, refuseRepeats } from './unreadable';

describe('a list in which two elements claim one identity', () => {
  it('is refused with the first that repeats and the one that it repeats, however long it is', () => {
    const ids = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom('1', 'A')), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(ids, (list) => {
        const index = list.findIndex((id, i) => list.slice(0, i).includes(id));
        let refused: unknown = null;
        try {
          refuseRepeats(
            'lines',
            list.map((id) => ({ id })),
            ({ id }) => id,
          );
        } catch (error) {
          refused = error;
        }
        if (index < 0) return expect(refused).toBeNull();
        expect(refused).toBeInstanceOf(Unreadable);
        expect(refused).toMatchObject({
          path: `lines[${index}]`,
          reason: expect.stringContaining(`repeats lines[${list.indexOf(list[index] ?? 0)}]:`) as string,
        });
      }),
    );
  });
});
