import type { Client } from 'pg';
import type { PreparedFact } from '../postgres/prepared';
import { mendLarge } from './large';
import type { LedgerStream } from './stream';

/** A smaller payload is in its event. */
const LARGE_BYTES = 64 * 1024;

/** What is sent again may be missed in the stream, where its payload has a stream of its own: that is written anew from the copy. */
export async function mendRepeats(
  client: Client,
  stream: LedgerStream,
  facts: readonly PreparedFact[],
  repeats: ReadonlyMap<number, number>,
): Promise<void> {
  for (const [index, position] of repeats) {
    if ((facts[index]?.row.length ?? 0) < LARGE_BYTES) continue;
    const large = (await stream.at(position))?.large;
    if (!large) continue;
    const { rows } = await client.query<{ payload: Buffer }>(
      "SELECT coalesce(payload_raw, convert_to(payload, 'UTF8')) AS payload FROM ledger.facts WHERE position = $1",
      [position],
    );
    if (rows[0]) await mendLarge(stream, { stream: large.stream, payload: rows[0].payload });
  }
}
