import fc from 'fast-check';
import type { Fact, Ledger } from '../port';
import type { LedgerHarness } from './harness';
import { proposal, proposals, range, readAll } from './proposals';

const FACTS = 100;

/** 100 facts in blocks of 1 to 20. */
async function filled(harness: LedgerHarness): Promise<Ledger> {
  const ledger = await harness.open();
  for (let from = 0, size = 1; from < FACTS; from += size, size = (size % 20) + 3) {
    await ledger.append(proposals(Math.min(size, FACTS - from), from));
  }
  return ledger;
}

async function blocksAfter(ledger: Ledger, after: number): Promise<Fact[][]> {
  const blocks: Fact[][] = [];
  for await (const block of ledger.read(after)) blocks.push(block);
  return blocks;
}

export function reading(harness: () => LedgerHarness): void {
  it('resumes after any position with the rest of the block, then whole blocks', async () => {
    const ledger = await filled(harness());
    const all = await readAll(ledger);
    const blockSizes = new Map<number, number>();
    for (const fact of all) blockSizes.set(fact.block, (blockSizes.get(fact.block) ?? 0) + 1);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: FACTS + 5 }), async (after) => {
        const blocks = await blocksAfter(ledger, after);
        expect(blocks.flat()).toEqual(all.slice(after));
        for (const block of blocks) expect(new Set(block.map((fact) => fact.block)).size).toBe(1);
        for (const block of blocks.slice(1)) {
          expect(block).toHaveLength(blockSizes.get(block[0]?.block ?? 0) ?? 0);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('stops at a given position', async () => {
    const ledger = await filled(harness());
    const facts: Fact[] = [];
    for await (const block of ledger.read(10, { upTo: 37 })) facts.push(...block);
    expect(facts.map((fact) => fact.position)).toEqual(range(11, 37));
  });

  it('pages through whole blocks, and gives what a stream gives', async () => {
    const ledger = await filled(harness());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        const pages: Fact[][] = [];
        let after = 0;
        for (;;) {
          const facts = await ledger.page(after, limit);
          if (facts.length === 0) break;
          pages.push(facts);
          after = facts.at(-1)?.position ?? Infinity;
        }
        expect(pages.flat()).toEqual(await readAll(ledger));
        pages.slice(1).forEach((facts, i) => {
          expect(facts[0]?.block).toBe((pages[i]?.at(-1)?.block ?? 0) + 1);
          expect(facts.length).toBeLessThan(limit + 30);
        });
      }),
      { numRuns: 15 },
    );
  });

  it('can be left early and begun again', async () => {
    const ledger = await filled(harness());
    for (const round of range(1, 12)) {
      for await (const block of ledger.read(round)) {
        expect(block[0]?.position).toBe(round + 1);
        break;
      }
    }
    expect(await readAll(ledger)).toHaveLength(FACTS);
  });

  it('can be aborted', async () => {
    const ledger = await filled(harness());
    const abort = new AbortController();
    const reading = async (): Promise<void> => {
      for await (const block of ledger.read(0, { signal: abort.signal })) {
        if (block.length > 0) abort.abort();
      }
    };
    await expect(reading()).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readAll(ledger)).toHaveLength(FACTS);
  });

  it('sees only whole blocks while others write', async () => {
    const writer = await harness().open();
    const reader = await harness().open();
    const writing = Promise.all(range(0, 39).map((i) => writer.append(proposals(5, i * 5))));
    let seen = 0;
    while (seen < 200) {
      for await (const block of reader.read(seen)) {
        expect(block.length % 5).toBe(0);
        expect(block.map((fact) => fact.position)).toEqual(range(seen + 1, seen + block.length));
        seen += block.length;
      }
    }
    await writing;
  });

  it('gives facts at positions, in order, without those that do not exist', async () => {
    const ledger = await filled(harness());
    expect((await ledger.at([40, 3, 1000, 0, 17])).map((fact) => fact.position)).toEqual([3, 17, 40]);
    expect(await ledger.at([])).toEqual([]);
  });

  it('reads payloads that are larger than a chunk of the wire', async () => {
    const ledger = await harness().open();
    const payloads = [1, 70_000, 3_000_000, 12].map((size, i) => `${i}`.repeat(size));
    await ledger.append(payloads.map((payload, i) => proposal(i, { payload })));
    expect((await readAll(ledger)).map((fact) => fact.payload)).toEqual(payloads);
    expect(await ledger.verify()).toMatchObject({ ok: true });
  });
}
