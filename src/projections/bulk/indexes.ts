/** A generation's indexes and statistics, made after its bulk load. */
import type { Pool } from 'pg';
import { analyzing, indexing } from '../generation-schema';

const INDEXER = 0x7a12;

/** All that is loaded can be found. */
export async function indexAll(pool: Pool, generation: number, schema: string): Promise<void> {
  if (await indexOnce(pool, generation, schema)) return;
  await oneByOne(pool, analyzing(schema));
}

/** Once, whoever asks first: those who ask meanwhile wait until they are there. Answers whether they were made by this call. */
export async function indexOnce(pool: Pool, generation: number, schema: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1, $2)', [INDEXER, generation]);
    try {
      const { rowCount } = await client.query('SELECT FROM pg_indexes WHERE schemaname = $1 LIMIT 1', [
        schema,
      ]);
      if (rowCount !== 0) return false;
      await Promise.all(indexing(schema).map((statements) => oneByOne(pool, statements)));
      return true;
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, $2)', [INDEXER, generation]);
    }
  } finally {
    client.release();
  }
}

async function oneByOne(pool: Pool, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await pool.query(statement);
}
