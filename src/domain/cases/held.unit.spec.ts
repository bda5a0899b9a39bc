import fc from 'fast-check';
import { type Held, MOST_RIVALS, type Slot, latest, put } from './held';

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

describe('versions of one document', () => {
  const version = fc.record({
    rev: fc.constantFrom(1, 2),
    at: fc.nat(2),
    /** Several notations of one content. */
    content: fc.nat(14),
    notation: fc.nat(2),
    long: fc.boolean(),
  });
  const heldOf = ({
    rev,
    at,
    content,
    notation,
    long,
  }: typeof version extends fc.Arbitrary<infer T> ? T : never) =>
    ({
      key: 'books/X/1',
      fact: ((content * 3 + notation) * 3 + at) * 4 + rev * 2 + Number(long),
      rev,
      at,
      hash: `${(content * 7) % 15}-${content}-${notation}-${String(long)}`,
      value: { content, text: long ? 'x'.repeat(100_000) : '' },
    }) satisfies Held<unknown>;
  const kept = (all: readonly Held<unknown>[]) => all.reduce<Slot<unknown>>(put, []);

  it('leave the same winner, rivals and word of more, in whatever order they come', () => {
    const versions = fc.array(version, { minLength: 1, maxLength: 40 }).map((all) => all.map(heldOf));
    const shuffled = versions.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(kept(other)).toEqual(kept(all));
      }),
      { numRuns: 1_000 },
    );
  });

  it('are kept up to a bound in number and in characters, and more are told of', () => {
    const many = Array.from({ length: 100 }, (_, content) =>
      heldOf({ rev: 1, at: 1, content, notation: 0, long: false }),
    );
    const [few] = kept(many.slice(0, MOST_RIVALS + 1));
    expect([few?.rivals?.length, few?.unkept === undefined]).toEqual([MOST_RIVALS, true]);
    const [bounded] = kept(many);
    expect([bounded?.rivals?.length, bounded?.unkept === undefined]).toEqual([MOST_RIVALS, false]);
    const long = Array.from({ length: 8 }, (_, content) =>
      heldOf({ rev: 1, at: 1, content, notation: 0, long: true }),
    );
    const [short] = kept(long);
    expect([short?.rivals?.length, short?.unkept === undefined]).toEqual([3, false]);
    expect(kept([...many, heldOf({ rev: 2, at: 0, content: 1, notation: 0, long: false })])).toMatchObject([
      { rev: 2 },
    ]);
  });
});
