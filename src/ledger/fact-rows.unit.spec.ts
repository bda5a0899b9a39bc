import fc from 'fast-check';
import { decodeBrief, decodeFact, encodeRow, factRows } from './fact-rows';
import type { Fact } from './port';

const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => value.isWellFormed());
const bytes = fc.uint8Array({ maxLength: 60 }).map((value) => Buffer.from(value));
const instant = fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 });
const fact: fc.Arbitrary<Fact> = fc.record({
  position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  block: fc.nat(),
  recordedAt: instant,
  occurredAt: fc.option(instant),
  source: text,
  type: fc.option(text),
  key: fc.option(text),
  actor: text,
  identity: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => Buffer.from(value)),
  payload: fc.oneof(text, bytes),
});

describe('a row of a fact', () => {
  it('gives the fact back, and in brief what a fold reads of it', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 5 }), (facts) => {
        const rows = factRows(true);
        rows.push(Buffer.concat(facts.map(encodeRow)));
        for (const expected of facts) {
          expect(rows.next()).toBe(true);
          expect(decodeFact(rows)).toEqual(expected);
          const { identity, block, actor, ...brief } = expected;
          expect([block, actor]).toBeDefined();
          expect(decodeBrief(rows)).toEqual({ ...brief, hash: identity.subarray(0, 6).toString('hex') });
        }
        expect(rows.next()).toBe(false);
      }),
    );
  });
});
