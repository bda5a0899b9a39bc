import fc from 'fast-check';
import { decodeBrief, encodeRow, factRows } from '../../ledger/fact-rows';
import type { Fact } from '../../ledger/port';
import { Batch, Slabs } from './batch';

const factAt = (position: number, bytes: number): Fact => ({
  position,
  block: 1,
  recordedAt: 1_000,
  occurredAt: null,
  source: 'books',
  type: null,
  key: null,
  actor: 'test',
  identity: Buffer.alloc(32, position),
  payload: String(position % 10).repeat(bytes),
});

it('a batch gives each lane its rows in order, block by block, however they came and however large they are', () => {
  const rows = fc.array(
    fc.record({ lane: fc.constantFrom(0, 1, null), bytes: fc.nat(300), begins: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  const large = fc.option(fc.nat(39), { nil: -1 });
  fc.assert(
    fc.property(rows, large, fc.integer({ min: 50, max: 2_000 }), (all, huge, chunk) => {
      const facts = all.map(({ bytes }, i) => factAt(i + 1, i === huge ? 3_000_000 : bytes));
      const wire = Buffer.concat(facts.map(encodeRow));
      const batch = new Batch(2, new Slabs());
      const cut = factRows(true);
      const expected: number[][][] = [[], [], []];
      let next = 0;
      // Chunks as large as the wire's where a row is.
      const step = huge < 0 ? chunk : 65_536;
      for (let at = 0; at < wire.length; at += step) {
        cut.push(wire.subarray(at, at + step));
        while (cut.next()) {
          const { lane, begins } = all[next++] as (typeof all)[number];
          if (begins || next === 1) {
            batch.begin(cut);
            for (const each of expected) each.push([]);
          }
          batch.add(cut, lane);
          expected[lane ?? 2]?.at(-1)?.push(next);
        }
      }
      expect(next).toBe(all.length);
      const got = batch.laneRows().map(({ slab, blocks }) => {
        let start = 0;
        return blocks.map(({ end }) => {
          const own = factRows(true);
          own.push(Buffer.from(slab, start, end - start));
          start = end;
          const found: number[] = [];
          while (own.next()) {
            const { position, payload } = decodeBrief(own);
            expect(payload).toBe(facts[position - 1]?.payload);
            found.push(position);
          }
          return found;
        });
      });
      expect(got).toEqual(expected.slice(0, 2));
      expect(batch.blocks.map(({ own }) => own.map(({ position }) => position))).toEqual(expected[2]);
    }),
    { numRuns: 50 },
  );
});
