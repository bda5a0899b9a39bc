import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { finished } from 'node:stream/promises';
import { merkleRoot } from '../integrity/merkle';
import { writeInstant, writeInt64 } from '../integrity/leaf';
import { OID, binaryArray, binaryArrayOf } from './binary-array';
import type { Int8 } from './fact-row';
import { codeOf } from './transient';
import { COPY_COLUMNS, closedFields, fillOpenFields, leafOfPrepared } from './prepared';
import type { PreparedFact } from './prepared';

/** A block that is durable. `number` counts blocks from 1; `recordedAt` is in epoch milliseconds. */
export interface SealedBlock {
  number: number;
  firstPosition: number;
  count: number;
  recordedAt: number;
  merkleRoot: Buffer;
  hash: Buffer;
}

/** Either the block was sealed, or nothing was written because some facts repeat recorded ones: index → position. */
export type WriteResult = { sealed: SealedBlock } | { repeats: Map<number, number> };

/** How the block is sent. Measured in docs/adr/0003-ledger-on-postgres.md. */
export const COPY_FROM_FACTS = 128;

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
const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_TRAILER = Buffer.from([0xff, 0xff]);
const UNIQUE_VIOLATION = '23505';

/**
 * Writes one block on a connection that nobody else uses. With `checkFirst` repeats are looked up before the insert;
 * without, the unique index finds them, which costs nothing while there are none.
 */
export function writeBlock(
  client: Client,
  facts: readonly PreparedFact[],
  checkFirst: boolean,
): Promise<WriteResult> {
  const root = merkleRoot(facts.map(leafOfPrepared));
  return facts.length < COPY_FROM_FACTS
    ? writeByFunction(client, facts, root, checkFirst)
    : writeByCopy(client, facts, root, checkFirst);
}

interface AppendRow {
  first_position: Int8 | null;
  block: Int8 | null;
  recorded_ms: Int8 | null;
  hash: Buffer | null;
  repeat_indexes: number[] | null;
  repeat_positions: Int8[] | null;
}

async function writeByFunction(
  client: Client,
  facts: readonly PreparedFact[],
  root: Buffer,
  checkFirst: boolean,
): Promise<WriteResult> {
  const columns: Buffer[][] = ARRAY_TYPES.map(() => []);
  for (const fact of facts) closedFields(fact).forEach((field, i) => columns[i]?.push(field));
  const { rows } = await client.query<AppendRow>({
    name: 'ledger-append-block',
    text: 'SELECT * FROM ledger.append_block($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    values: [...columns.map((column, i) => binaryArray(ARRAY_TYPES[i] as number, column)), root, checkFirst],
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

interface HeadRow {
  next_position: Int8;
  next_block: Int8;
  next_recorded_ms: Int8;
}

async function writeByCopy(
  client: Client,
  facts: readonly PreparedFact[],
  root: Buffer,
  checkFirst: boolean,
): Promise<WriteResult> {
  await client.query('BEGIN');
  try {
    const locked = await client.query<HeadRow>(
      'SELECT next_position, next_block, ledger.epoch_ms(next_recorded_at) AS next_recorded_ms FROM ledger.lock_head()',
    );
    const head = locked.rows[0] as HeadRow;
    const repeats = checkFirst ? await findRepeats(client, facts) : null;
    if (repeats) {
      await client.query('ROLLBACK');
      return repeats;
    }
    const firstPosition = Number(head.next_position);
    const number = Number(head.next_block);
    const recordedAt = Number(head.next_recorded_ms);
    await copyRows(client, facts, firstPosition, number, recordedAt);
    const sealed = await client.query<{ hash: Buffer }>(
      "SELECT ledger.seal_block($1, to_timestamp(0) + $2 * interval '1 millisecond', $3) AS hash",
      [facts.length, recordedAt, root],
    );
    await client.query('COMMIT');
    const hash = (sealed.rows[0] as { hash: Buffer }).hash;
    return { sealed: { number, firstPosition, count: facts.length, recordedAt, merkleRoot: root, hash } };
  } catch (error) {
    await client.query('ROLLBACK');
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    const repeats = await findRepeats(client, facts);
    if (!repeats) throw error;
    return repeats;
  }
}

async function copyRows(
  client: Client,
  facts: readonly PreparedFact[],
  firstPosition: number,
  block: number,
  recordedAt: number,
): Promise<void> {
  const [position, number, instant] = [Buffer.alloc(12), Buffer.alloc(12), Buffer.alloc(12)];
  writeInt64(number, block, 0);
  writeInstant(instant, recordedAt, 0);
  const rows = facts.map((fact, i) => {
    writeInt64(position, firstPosition + i, 0);
    fillOpenFields(fact, position, number, instant);
    return fact.row;
  });
  const stream = client.query(copyFrom(`COPY ledger.facts (${COPY_COLUMNS}) FROM STDIN (FORMAT binary)`));
  stream.end(Buffer.concat([COPY_HEADER, ...rows, COPY_TRAILER]));
  await finished(stream);
}

async function findRepeats(client: Client, facts: readonly PreparedFact[]): Promise<WriteResult | null> {
  const identities = facts.map((fact) => fact.identity);
  const { rows } = await client.query<{ indexes: number[] | null; positions: Int8[] | null }>(
    'SELECT indexes, positions FROM ledger.repeats($1)',
    [binaryArrayOf(OID.bytea, identities)],
  );
  const found = rows[0];
  return found?.indexes ? repeatsOf(found.indexes, found.positions) : null;
}

/** SQL counts from 1. */
function repeatsOf(indexes: readonly number[], positions: readonly Int8[] | null): WriteResult {
  return { repeats: new Map(indexes.map((index, i) => [index - 1, Number(positions?.[i])])) };
}
