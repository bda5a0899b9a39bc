import { finished } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { writeInstant, writeInt64 } from '../integrity/wire';
import { merkleRoot } from '../integrity/merkle';
import type { Int8 } from './fact-row';
import { COPY_COLUMNS, fillOpenFields, leafOfPrepared } from './prepared';
import type { PreparedFact } from './prepared';
import { findRepeats } from './repeats';
import { codeOf } from './transient';
import type { SealedBlock, WriteResult } from './sealed-block';

const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_TRAILER = Buffer.from([0xff, 0xff]);
const UNIQUE_VIOLATION = '23505';

/** What the head lock has decided for the block. */
export type Opening = Pick<SealedBlock, 'number' | 'firstPosition' | 'recordedAt'>;

/** One block in a transaction of its own: lock the head, COPY the rows, seal, commit. */
export async function writeByCopy(
  client: Client,
  facts: readonly PreparedFact[],
  checkFirst: boolean,
  latest: number,
): Promise<WriteResult> {
  try {
    // Queued together: the lock is asked for as soon as the transaction has begun, however busy this process is.
    const [, opening] = await Promise.all([client.query('BEGIN'), lockHead(client, latest)]);
    const repeats = checkFirst ? await findRepeats(client, facts) : null;
    if (repeats) {
      await client.query('ROLLBACK');
      return repeats;
    }
    const root = await copy(client, facts, opening);
    const [hash] = await Promise.all([seal(client, facts.length, opening, root), client.query('COMMIT')]);
    return { sealed: { ...opening, count: facts.length, merkleRoot: root, hash } };
  } catch (error) {
    await client.query('ROLLBACK');
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    const repeats = await findRepeats(client, facts);
    if (!repeats) throw error;
    return repeats;
  }
}

/** @param latest epoch ms; a later clock of the database is refused. None where the instant comes from elsewhere. */
export async function lockHead(client: Client, latest?: number): Promise<Opening> {
  const { rows } = await client.query<{ position: Int8; block: Int8; recorded_ms: Int8 }>(
    `SELECT next_position AS position, next_block AS block, ledger.epoch_ms(next_recorded_at) AS recorded_ms
       FROM ledger.lock_head($1)`,
    [latest === undefined ? 'infinity' : new Date(latest).toISOString()],
  );
  const row = rows[0];
  if (!row) throw new Error('the head row of the ledger is missing');
  return {
    number: Number(row.block),
    firstPosition: Number(row.position),
    recordedAt: Number(row.recorded_ms),
  };
}

/** Sends the rows, and computes the Merkle root while the database inserts them. */
export async function copy(
  client: Client,
  facts: readonly PreparedFact[],
  opening: Opening,
): Promise<Buffer> {
  const stream = client.query(copyFrom(`COPY ledger.facts (${COPY_COLUMNS}) FROM STDIN (FORMAT binary)`));
  const done = finished(stream);
  const ready = new Promise<void>((resolve) => {
    stream.write(COPY_HEADER, () => resolve());
  });
  const rows = Buffer.concat([...filled(facts, opening), COPY_TRAILER]);
  await Promise.race([ready, done]);
  stream.end(rows);
  const root = merkleRoot(facts.map(leafOfPrepared));
  await done;
  return root;
}

function filled(facts: readonly PreparedFact[], opening: Opening): Buffer[] {
  const [position, number, instant] = [Buffer.alloc(12), Buffer.alloc(12), Buffer.alloc(12)];
  writeInt64(number, opening.number, 0);
  writeInstant(instant, opening.recordedAt, 0);
  return facts.map((fact, i) => {
    writeInt64(position, opening.firstPosition + i, 0);
    fillOpenFields(fact, position, number, instant);
    return fact.row;
  });
}

export async function seal(client: Client, count: number, opening: Opening, root: Buffer): Promise<Buffer> {
  const { rows } = await client.query<{ hash: Buffer }>(
    "SELECT ledger.seal_block($1, to_timestamp(0) + $2 * interval '1 millisecond', $3) AS hash",
    [count, opening.recordedAt, root],
  );
  return (rows[0] as { hash: Buffer }).hash;
}
