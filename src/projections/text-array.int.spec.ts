import fc from 'fast-check';
import { inHouse } from '../../test/laws/support/house';
import { textArray } from './text-array';

it('arrives as it was, whatever is in the texts', () =>
  inHouse(async ({ pool }) => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\u0000'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(text, { nil: null }), { minLength: 1, maxLength: 20 }),
        async (texts) => {
          const { rows } = await pool.query<{ texts: (string | null)[] }>('SELECT $1::text[] AS texts', [
            textArray(texts),
          ]);
          expect(rows).toEqual([{ texts }]);
        },
      ),
    );
  }));
