import fc from 'fast-check';
import { type Held, latest } from './held';

describe('the latest of a slot', () => {
  it('is the one that nothing comes after, whichever slots were asked about before', () => {
    const slot = fc
      .array(fc.tuple(fc.nat(20), fc.constantFrom('a/1', 'a/2', 'b/1')), { maxLength: 8 })
      .map((all) =>
        all.map(([at, key], fact): Held<null> => ({ key, fact, rev: 0, at, hash: '', value: null })),
      );
    const slots = fc.array(slot, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(slots, fc.array(fc.nat(3), { maxLength: 12 }), (all, asked) => {
        for (const index of asked) {
          const one = all[index % all.length] ?? [];
          const last = latest(one);
          if (one.length === 0) expect(last).toBeNull();
          else expect(one).toContain(last);
          for (const { at, key } of one)
            expect(last && (last.at > at || (last.at === at && last.key >= key))).toBe(true);
        }
      }),
    );
  });
});
