import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { firstUtf8Error } from './utf8';

/** Bytes near the edges of every range of the standard's table, and whole characters. */
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xec, 0xed, 0xef,
          0xf0, 0xf1, 0xf4, 0xf5, 0xff,
        ].map((byte) => [byte]),
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map((char) => [...Buffer.from(char)]),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Buffer.from(parts.flat()));

it('refuses exactly what is not UTF-8, at the first sequence that is not', () => {
  fc.assert(
    fc.property(bytes, (body) => {
      const at = firstUtf8Error(body);
      expect(at === -1).toBe(isUtf8(body));
      if (at >= 0) expect(isUtf8(body.subarray(0, at))).toBe(true);
    }),
    { numRuns: 5_000 },
  );
});
