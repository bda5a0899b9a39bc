import type { Client } from 'pg';
import { merkleRoot } from '../integrity/merkle';
import { OID, binaryArray } from './binary-array';
import type { Int8 } from './fact-row';
import { closedFields, leafOfPrepared } from './prepared';
import type { PreparedFact } from './prepared';
import { repeatsOf } from './repeats';
import type { WriteResult } from './sealed-block';

/** Types of the closed fields, in their order. */
const ARRAY_TYPES = [
  OID.timestamptz,
  OID.text,
  OID.text,
  OID.text,
  OID.text,
  OID.bytea,
  OID.text,
  OID.bytea,
  OID.bytea,
];

interface AppendRow {
  first_position: Int8 | null;
  block: Int8 | null;
  recorded_ms: Int8 | null;
  hash: Buffer | null;
  repeat_indexes: number[] | null;
  repeat_positions: Int8[] | null;
}

/** One block in one round trip and one statement, which is its own transaction. */
export async function writeByFunction(
  client: Client,
  facts: readonly PreparedFact[],
  checkFirst: boolean,
  latest: number,
): Promise<WriteResult> {
  const root = merkleRoot(facts.map(leafOfPrepared));
  const columns: Buffer[][] = ARRAY_TYPES.map(() => []);
  for (const fact of facts) closedFields(fact).forEach((field, i) => columns[i]?.push(field));
  const { rows } = await client.query<AppendRow>({
    name: 'ledger-append-block',
    text: 'SELECT * FROM ledger.append_block($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
    values: [
      ...columns.map((column, i) => binaryArray(ARRAY_TYPES[i] as number, column)),
      root,
      checkFirst,
      new Date(latest).toISOString(),
    ],
  });
  const row = rows[0] as AppendRow;
  if (row.repeat_indexes) return repeatsOf(row.repeat_indexes, row.repeat_positions);
  return {
    sealed: {
      number: Number(row.block),
      firstPosition: Number(row.first_position),
      count: facts.length,
      recordedAt: Number(row.recorded_ms),
      merkleRoot: root,
      hash: row.hash as Buffer,
    },
  };
}
