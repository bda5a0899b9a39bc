/** A copy of a stream is written by those who append to the stream, and by nobody else. */
import type { Pool } from 'pg';
import { LedgerStopped } from '../port';
import type { WriteBlock } from './record';
import { codeOf } from './transient';
import { writeBlock } from './write-block';

/** Of the trigger `no_stray`. */
const IS_COPY = 'TY002';

/** Throws where the facts of this database are a copy. */
export async function refuseCopy(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ stream: string | null }>('SELECT stream FROM ledger.installation');
  const stream = rows[0]?.stream ?? null;
  if (stream !== null) throw isCopyOf(stream);
}

/** Writes a block, unless the database has become a copy meanwhile. */
export const writeAlone: WriteBlock = async (client, facts, checkFirst, latest) => {
  try {
    return await writeBlock(client, facts, checkFirst, latest);
  } catch (error) {
    if (codeOf(error) !== IS_COPY) throw error;
    const { rows } = await client.query<{ stream: string }>('SELECT stream FROM ledger.installation');
    throw isCopyOf(rows[0]?.stream ?? '?');
  }
};

function isCopyOf(stream: string): LedgerStopped {
  return new LedgerStopped(
    `LEDGER_URL is not set, and the facts of this database are a copy of the stream ${stream}: ` +
      'set LEDGER_URL as it was when the stream was written to',
  );
}
