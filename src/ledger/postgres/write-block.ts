import type { Client } from 'pg';
import type { PreparedFact } from './prepared';
import type { WriteResult } from './sealed-block';
import { writeByCopy } from './write-by-copy';
import { writeByFunction } from './write-by-function';

/**
 * Facts from which on COPY wins. Facts a second in blocks of 1, 64, 128, 256, 1,000 and 2,000 on one connection, as one call
 * of a function: 1,800, 46,000, 50,000, 67,000, 78,000, 89,000; as COPY in a transaction: 900, 37,000, 50,000, 78,000,
 * 94,000, 112,000 (two cores, payloads of 416 bytes).
 */
const COPY_FROM_FACTS = 128;

/**
 * Writes one block on a connection that nobody else uses. With `checkFirst` repeats are looked up before the insert;
 * without, the unique index finds them, which costs nothing while there are none (looking first: 3 to 4 µs a fact).
 * @param latest the latest instant that may be recorded, epoch ms
 */
export function writeBlock(
  client: Client,
  facts: readonly PreparedFact[],
  checkFirst: boolean,
  latest: number,
): Promise<WriteResult> {
  const write = facts.length < COPY_FROM_FACTS ? writeByFunction : writeByCopy;
  return write(client, facts, checkFirst, latest);
}
