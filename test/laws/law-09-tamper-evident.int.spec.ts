import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import type { Ledger, Proposal, Verification } from '../../src/ledger/port';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { tamperWith } from '../../src/ledger/postgres/tamper.fixture';
import { type TestDatabase, freshDatabase } from '../support/postgres';

/** A checkpoint after every third block, and their number is a multiple of three: the whole history is witnessed. */
const BLOCKS = 12;
const quiet = { info: () => undefined, warn: () => undefined };

let database: TestDatabase;
let folder: string;
let ledger: Ledger;
let head: number;
let firsts: number[];

beforeAll(async () => {
  database = await freshDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'law-09-'));
  const checkpointFile = path.join(folder, 'checkpoints.ndjson');
  ledger = await createPostgresLedger({
    pool: database.pool,
    checkpointFile,
    checkpointBlocks: 3,
    logger: quiet,
  });
  firsts = [];
  const [batches] = fc.sample(fc.array(proposals, { minLength: BLOCKS, maxLength: BLOCKS }), {
    seed: 9,
    numRuns: 1,
  });
  for (const batch of batches ?? []) firsts.push((await ledger.append(batch))[0]!.position);
  head = (await ledger.head()).position;
  await database.pool.query(
    'CREATE SCHEMA saved; CREATE TABLE saved.facts AS TABLE ledger.facts; CREATE TABLE saved.blocks AS TABLE ledger.blocks',
  );
});

afterAll(async () => {
  await ledger.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

const proposals: fc.Arbitrary<Proposal[]> = fc.array(
  fc.record({
    source: fc.constantFrom('prima', 'scend'),
    type: fc.option(fc.constantFrom('SalesOrder', 'order.received')),
    key: fc.option(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })),
    occurredAt: fc.option(fc.integer({ min: 0, max: Date.UTC(2030, 0) })),
    payload: fc.oneof(
      fc.string({ unit: 'grapheme-ascii', minLength: 2, maxLength: 60 }),
      fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    ),
    identity: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
    actor: fc.constantFrom('anna', 'ben'),
  }),
  { minLength: 3, maxLength: 9 },
);

/** What somebody with every right on the database does, and the first position that it touches. */
interface Act {
  name: string;
  touches: number;
  run: (client: PoolClient) => Promise<unknown>;
}

/** Columns of a fact, and a value that it did not have. */
const CHANGES: Record<string, string> = {
  payload: `payload = coalesce(payload, '') || ' ', payload_raw = NULL`,
  'payload to raw': `payload_raw = coalesce(payload_raw, convert_to(payload, 'UTF8')) || '\\x00'::bytea, payload = NULL`,
  type: `type = CASE WHEN type IS NULL THEN 'x' END`,
  key: `key = coalesce(key, '') || 'x'`,
  source: `source = source || 'x'`,
  actor: `actor = 'somebody else'`,
  occurred_at: `occurred_at = coalesce(occurred_at, 'epoch') + interval '1 millisecond'`,
  recorded_at: `recorded_at = recorded_at - interval '1 second'`,
  identity: `identity = sha256(identity)`,
  leaf: `leaf = sha256(leaf)`,
  block: `block = block + 1`,
};
const SHIFT = 1_000_000;

const position = fc.nat().map((n) => 1 + (n % head));
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(position, fc.constantFrom(...Object.entries(CHANGES))).map(([at, [name, change]]) => ({
    name: `${name} of ${at} changed`,
    touches: at,
    run: (client: PoolClient) => client.query(`UPDATE ledger.facts SET ${change} WHERE position = $1`, [at]),
  })),
  position.map((at) => ({
    name: `${at} removed`,
    touches: at,
    run: (client: PoolClient) => client.query('DELETE FROM ledger.facts WHERE position = $1', [at]),
  })),
  position.map((at) => ({
    name: `${at} removed, and the gap closed`,
    touches: at,
    run: async (client: PoolClient) => {
      await client.query('DELETE FROM ledger.facts WHERE position = $1', [at]);
      await move(client, at, -1);
    },
  })),
  position.map((at) => ({
    name: `a fact inserted at ${at}`,
    touches: at,
    run: async (client: PoolClient) => {
      await move(client, at, 1);
      await client.query(
        `INSERT INTO ledger.facts SELECT $1, block, recorded_at, occurred_at, source, type, key, actor, sha256(identity), payload, payload_raw, leaf
           FROM ledger.facts WHERE position = $2`,
        [at, at + 1],
      );
    },
  })),
  fc
    .tuple(position, position)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({
      name: `${a} and ${b} exchanged`,
      touches: Math.min(a, b),
      run: async (client: PoolClient) => {
        await client.query('UPDATE ledger.facts SET position = -position WHERE position IN ($1, $2)', [a, b]);
        await client.query(
          'UPDATE ledger.facts SET position = CASE position WHEN -$1::bigint THEN $2::bigint ELSE $1::bigint END WHERE position < 0',
          [a, b],
        );
      },
    })),
  position.map((at) => ({
    name: `cut off before ${at}`,
    touches: at,
    run: (client: PoolClient) => client.query('DELETE FROM ledger.facts WHERE position >= $1', [at]),
  })),
  fc.nat(BLOCKS - 1).map((block) => ({
    name: `cut off after block ${block}`,
    touches: firsts[block]!,
    run: async (client: PoolClient) => {
      await client.query('DELETE FROM ledger.facts WHERE block > $1', [block]);
      await client.query('DELETE FROM ledger.blocks WHERE number > $1', [block]);
    },
  })),
);

describe('law 9: history is tamper-evident', () => {
  it('whatever is changed, removed, inserted, exchanged or cut, verify fails and names a position no later', async () => {
    await fc.assert(
      fc.asyncProperty(act, async ({ touches, run }) => {
        const found = await tampered(run);
        expect(found).toMatchObject({ ok: false });
        if (found.ok) return;
        expect(found.position).toBeLessThanOrEqual(touches);
        // And in the same block: what came before it is not suspected.
        expect(found.position).toBeGreaterThanOrEqual(
          Math.max(...firsts.filter((first) => first <= touches)),
        );
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  it('a history forged with all its hashes does not agree with the checkpoints', async () => {
    await fc.assert(
      fc.asyncProperty(position, async (at) => {
        const [fact] = await ledger.at([at]);
        fc.pre(typeof fact?.payload === 'string');
        await tamperWith(database.pool).rewriteFrom(at);
        const found = await ledger.verify();
        const witnessless = await ledger.verify({ checkpoints: [] });
        await restore();
        expect(found).toMatchObject({ ok: false });
        if (!found.ok) expect(found.position).toBeLessThanOrEqual(at);
        // Without a witness outside the database nobody could know.
        expect(witnessless).toMatchObject({ ok: true });
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  const unfit: [string, (file: string) => Promise<unknown>, RegExp][] = [
    ['is missing', (file) => rm(file), /there is no checkpoint file .*checkpoints\.ndjson.*put it back/],
    ['is empty', (file) => writeFile(file, ''), /checkpoints\.ndjson has no checkpoint.*put it back/],
    ['has nothing but a cut line', (file) => writeFile(file, '{"posi'), /has no checkpoint/],
    [
      'is damaged',
      async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('"hash":"', '"hash":"x')),
      /line 1 of the checkpoint file .*checkpoints\.ndjson is no checkpoint.*put it back/,
    ],
  ];
  it.each(unfit)(
    'a checkpoint file that %s proves nothing, and verify names it',
    async (_, change, reason) => {
      const file = path.join(folder, 'checkpoints.ndjson');
      const kept = await readFile(file);
      await change(file);
      const found = await ledger.verify();
      await writeFile(file, kept);
      expect(found).toEqual({ ok: false, position: 1, reason: expect.stringMatching(reason) as string });
      expect(await ledger.verify()).toMatchObject({ ok: true });
    },
  );

  it('of a checkpoint file whose last line was cut off the whole lines count', async () => {
    const file = path.join(folder, 'checkpoints.ndjson');
    const kept = await readFile(file);
    await writeFile(file, kept.subarray(0, -20));
    const found = await ledger.verify();
    await writeFile(file, kept);
    expect(found).toMatchObject({ ok: true, checkpoints: BLOCKS / 3 });
  });

  it('untouched, it passes, and all its checkpoints agree', async () => {
    expect(await ledger.verify()).toEqual({
      ok: true,
      position: head,
      blocks: BLOCKS,
      checkpoints: 1 + BLOCKS / 3,
    });
  });
});

/** Verifies what the act has left behind, then puts everything back, and makes sure that this passes again. */
async function tampered(run: Act['run']): Promise<Verification> {
  await asOwner(run);
  const found = await ledger.verify();
  await restore();
  expect(await ledger.verify()).toMatchObject({ ok: true });
  return found;
}

async function restore(): Promise<void> {
  await asOwner(async (client) => {
    for (const table of ['facts', 'blocks']) {
      await client.query(`DELETE FROM ledger.${table}`);
      await client.query(`INSERT INTO ledger.${table} SELECT * FROM saved.${table}`);
    }
  });
}

async function asOwner(work: Act['run']): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('BEGIN');
    for (const table of ['facts', 'blocks'])
      await client.query(`ALTER TABLE ledger.${table} DISABLE TRIGGER append_only`);
    await work(client);
    for (const table of ['facts', 'blocks'])
      await client.query(`ALTER TABLE ledger.${table} ENABLE ALWAYS TRIGGER append_only`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** By way of far away, because no two may have one position even for a moment. */
async function move(client: PoolClient, from: number, by: number): Promise<void> {
  await client.query('UPDATE ledger.facts SET position = position + $2 WHERE position >= $1', [from, SHIFT]);
  await client.query('UPDATE ledger.facts SET position = position - $1 WHERE position >= $1', [SHIFT - by]);
}
