/** A generation's indexes and statistics, made after its bulk load. */
import type { Pool } from 'pg';
import { analyzing, indexing, indexingReferences } from '../generation-schema';

const INDEXER = 0x7a12;

/** All that is loaded can be found. */
export async function indexAll(pool: Pool, generation: number, schema: string): Promise<void> {
  if (await indexOnce(pool, generation, schema)) return;
  await oneByOne(pool, analyzing(schema));
}

/** Once, whoever asks first: those who ask meanwhile wait until they are there. Answers whether they were made by this call. */
export function indexOnce(pool: Pool, generation: number, schema: string): Promise<boolean> {
  return alone(pool, generation, async () => {
    const indexed = await tablesIndexed(pool, schema);
    if (indexed.has('cases')) return false;
    const references = indexed.has('case_refs') ? [] : [indexingReferences(schema)];
    await Promise.all([...references, ...indexing(schema)].map((statements) => oneByOne(pool, statements)));
    return true;
  });
}

/** References, which are loaded before cases: while those are. */
export function indexReferences(pool: Pool, generation: number, schema: string): Promise<void> {
  return alone(pool, generation, async () => {
    const indexed = await tablesIndexed(pool, schema);
    if (!indexed.has('case_refs')) await oneByOne(pool, indexingReferences(schema));
  });
}

async function alone<T>(pool: Pool, generation: number, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1, $2)', [INDEXER, generation]);
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, $2)', [INDEXER, generation]);
    }
  } finally {
    client.release();
  }
}

async function tablesIndexed(pool: Pool, schema: string): Promise<Set<string>> {
  const { rows } = await pool.query<{ tablename: string }>(
    'SELECT DISTINCT tablename FROM pg_indexes WHERE schemaname = $1',
    [schema],
  );
  return new Set(rows.map(({ tablename }) => tablename));
}

async function oneByOne(pool: Pool, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await pool.query(statement);
}
