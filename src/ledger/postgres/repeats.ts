import type { Client } from 'pg';
import { OID, binaryArrayOf } from './binary-array';
import type { Int8 } from './fact-row';
import type { PreparedFact } from './prepared';
import type { WriteResult } from './sealed-block';

/** Which of these facts are recorded already; null when none is. */
export async function findRepeats(
  client: Client,
  facts: readonly PreparedFact[],
): Promise<WriteResult | null> {
  const identities = facts.map((fact) => fact.identity);
  const { rows } = await client.query<{ indexes: number[] | null; positions: Int8[] | null }>(
    'SELECT indexes, positions FROM ledger.repeats($1)',
    [binaryArrayOf(OID.bytea, identities)],
  );
  const found = rows[0];
  return found?.indexes ? repeatsOf(found.indexes, found.positions) : null;
}

/** From SQL's arrays, which count from 1. */
export function repeatsOf(indexes: readonly number[], positions: readonly Int8[] | null): WriteResult {
  return { repeats: new Map(indexes.map((index, i) => [index - 1, Number(positions?.[i])])) };
}
